package dev.gantry.controlplane.certificate;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/// Whether two keys belong together.
final class KeyPairs {
    private static final byte[] PROBE = {1, 2, 3, 4};

    private KeyPairs() {}

    static boolean match(PublicKey publicKey, PrivateKey privateKey) {
        var algorithm = publicKey.getAlgorithm().startsWith("EC") ? "ECDSA" : "RSA";
        try {
            var signer = Signature.getInstance("SHA256with" + algorithm);
            signer.initSign(privateKey);
            signer.update(PROBE);
            var proof = signer.sign();
            signer.initVerify(publicKey);
            signer.update(PROBE);
            return signer.verify(proof);
        } catch (GeneralSecurityException _) {
            // Keys of different kinds: certainly no pair.
            return false;
        }
    }
}

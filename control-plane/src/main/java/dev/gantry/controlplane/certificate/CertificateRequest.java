package dev.gantry.controlplane.certificate;

import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/// Reads PKCS #10 requests. Only the key is taken from one: whom a certificate names is the
/// server's decision.
public final class CertificateRequest {
    /// A request with a P-256 key has about 500 characters; this leaves room for RSA 4096 and no
    /// more.
    private static final int LENGTH_MAX = 8192;

    private static final int EC_BITS_MIN = 256;
    private static final int RSA_BITS_MIN = 2048;

    private CertificateRequest() {}

    /// The key that the request proves to own.
    ///
    /// @throws CertificateException when the text is no request, its proof is wrong or its key is
    ///   weak
    public static PublicKey publicKey(String pem) {
        if (pem.length() > LENGTH_MAX) {
            throw new CertificateException(
                    "certificate request is longer than " + LENGTH_MAX + " characters");
        }
        try (var parser = new PEMParser(new StringReader(pem))) {
            if (!(parser.readObject() instanceof PKCS10CertificationRequest request)) {
                throw new CertificateException("certificate request is not PEM of PKCS #10");
            }
            var key = new JcaPKCS10CertificationRequest(request).getPublicKey();
            requireStrong(key);
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new CertificateException(
                        "certificate request is not signed with its own key");
            }
            return key;
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException e) {
            throw new CertificateException("certificate request cannot be read", e);
        }
    }

    private static void requireStrong(PublicKey key) {
        var strong =
                switch (key) {
                    case ECPublicKey ec ->
                            ec.getParams().getCurve().getField().getFieldSize() >= EC_BITS_MIN;
                    case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= RSA_BITS_MIN;
                    default -> false;
                };
        if (!strong) {
            throw new CertificateException(
                    "certificate request needs an EC key of 256 bits or an RSA key of 2048 bits");
        }
    }
}

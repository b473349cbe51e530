package dev.gantry.agent.session;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;

/// What an administrator hands to a new node: `HASH.ID.SECRET`.
///
/// @param caHash SHA-256 of the cluster CA's certificate (DER), in hexadecimal
/// @param text the whole token as it is sent
record JoinToken(String caHash, String text) {
    private static final int HASH_LENGTH = 64;

    /// @throws IllegalArgumentException says what is wrong, without repeating the token
    static JoinToken parse(String text) {
        String token = text.strip();
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3 || parts[1].isEmpty() || parts[2].isEmpty()) {
            throw new IllegalArgumentException("a join token has three parts: HASH.ID.SECRET");
        }
        String hash = parts[0].toLowerCase(Locale.ROOT);
        if (hash.length() != HASH_LENGTH || !hash.chars().allMatch(HexFormat::isHexDigit)) {
            throw new IllegalArgumentException(
                    "the first part of a join token is the CA's SHA-256 in 64 hexadecimal digits");
        }
        return new JoinToken(hash, token);
    }

    /// Whether a certificate is that of the CA which the token names.
    boolean names(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return MessageDigest.isEqual(digest, HexFormat.of().parseHex(caHash));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("failed to hash a certificate", e);
        }
    }

    @Override
    public String toString() {
        return "JoinToken[" + caHash + ".***]";
    }
}

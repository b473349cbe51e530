package dev.gantry.controlplane.certificate;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// What lets a machine join: `HASH-OF-CA.ID.SECRET`. The hash lets the node know the server before
/// it trusts anything, the id finds the token's record, the secret proves it.
///
/// @param authorityHash see [CertificateAuthority#hash()]
/// @param id 16 hexadecimal digits
/// @param secret 32 hexadecimal digits (128 random bits, so that its plain hash may be stored)
public record JoinToken(String authorityHash, String id, String secret) {
    private static final Pattern FORM =
            Pattern.compile("([0-9a-f]{64})\\.([0-9a-f]{16})\\.([0-9a-f]{32})");

    static JoinToken random(String authorityHash, SecureRandom random) {
        return new JoinToken(authorityHash, hex(random, 8), hex(random, 16));
    }

    JoinToken withId(String newId) {
        return new JoinToken(authorityHash, newId, secret);
    }

    /// The token of a text, surrounding space ignored; empty when the text has another form.
    public static Optional<JoinToken> parse(String text) {
        var matcher = FORM.matcher(text.strip());
        return matcher.matches()
                ? Optional.of(new JoinToken(matcher.group(1), matcher.group(2), matcher.group(3)))
                : Optional.empty();
    }

    /// The text that a person passes on.
    public String text() {
        return authorityHash + "." + id + "." + secret;
    }

    byte[] secretHash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(HexFormat.of().parseHex(secret));
        } catch (GeneralSecurityException e) {
            throw new CertificateException("failed to hash the secret of a join token", e);
        }
    }

    /// Without the secret: this form ends in logs.
    @Override
    public String toString() {
        return "JoinToken[" + id + "]";
    }

    private static String hex(SecureRandom random, int bytes) {
        var value = new byte[bytes];
        random.nextBytes(value);
        return HexFormat.of().formatHex(value);
    }
}

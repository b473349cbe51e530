package dev.gantry.agent.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// A content digest, `sha256:` or `sha512:` and lower-case hex (OCI image-spec descriptor.md).
public record Digest(Algorithm algorithm, String hex) implements Comparable<Digest> {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]+");

    /// The algorithms that the OCI specification registers.
    public enum Algorithm {
        SHA256("sha256", "SHA-256", 64),
        SHA512("sha512", "SHA-512", 128);

        private final String word;
        private final String javaName;
        private final int hexLength;

        Algorithm(String word, String javaName, int hexLength) {
            this.word = word;
            this.javaName = javaName;
            this.hexLength = hexLength;
        }

        /// As it stands before the colon; also the folder's name under `blobs/`.
        public String word() {
            return word;
        }

        /// A fresh computation.
        public MessageDigest start() {
            try {
                return MessageDigest.getInstance(javaName);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("the JDK lacks " + javaName, e);
            }
        }
    }

    public Digest {
        if (hex.length() != algorithm.hexLength || !HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException(
                    "not a " + algorithm.word + " digest: " + Text.shortened(hex));
        }
    }

    /// Reads `sha256:...` or `sha512:...`; throws `IllegalArgumentException` for anything else.
    public static Digest parse(String text) {
        for (Algorithm algorithm : Algorithm.values()) {
            if (text.startsWith(algorithm.word + ":")) {
                return new Digest(algorithm, text.substring(algorithm.word.length() + 1));
            }
        }
        throw new IllegalArgumentException("not a digest: " + Text.shortened(text));
    }

    /// The SHA-256 of the bytes.
    public static Digest of(byte[] bytes) {
        return finish(Algorithm.SHA256, Algorithm.SHA256.start().digest(bytes));
    }

    /// Ends a computation that [Algorithm#start] began.
    public static Digest finish(Algorithm algorithm, MessageDigest computation) {
        return finish(algorithm, computation.digest());
    }

    private static Digest finish(Algorithm algorithm, byte[] hash) {
        return new Digest(algorithm, HexFormat.of().formatHex(hash));
    }

    @Override
    public int compareTo(Digest other) {
        int order = algorithm.compareTo(other.algorithm);
        return order != 0 ? order : hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return algorithm.word + ":" + hex;
    }
}

package dev.gantry.agent.session;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Optional;

/// The node's key and certificates on disk: one file, so that key and certificate never come from
/// different times. The key is made here and never leaves the node.
final class Credentials {
    /// What a connection needs.
    ///
    /// @param key PEM, PKCS #8
    /// @param certificate PEM, the node's own and, if any, those between it and the CA
    /// @param ca PEM, the cluster's CA
    record Identity(String key, String certificate, String ca) {
        /// The node's own certificate.
        X509Certificate leaf() {
            return certificates(certificate).getFirst();
        }

        @Override
        public String toString() {
            return "Identity[" + leaf().getSubjectX500Principal() + "]";
        }
    }

    private static final String KEY_END = "-----END PRIVATE KEY-----\n";
    private static final String CA_MARK = "# The cluster's CA:\n";

    private final Path file;

    Credentials(Path directory) {
        file = directory.resolve("credentials").resolve("node.pem");
    }

    /// What is on disk; empty when the node has not joined yet.
    ///
    /// @throws UncheckedIOException when it cannot be read
    /// @throws IllegalStateException when it is not what [#save] writes
    Optional<Identity> load() {
        try {
            String text = Files.readString(file);
            int keyEnd = text.indexOf(KEY_END);
            int ca = text.indexOf(CA_MARK);
            if (keyEnd < 0 || ca < keyEnd) {
                throw new IllegalStateException(
                        file + " is damaged: remove it and start the agent with a join token");
            }
            return Optional.of(
                    new Identity(
                            text.substring(0, keyEnd + KEY_END.length()),
                            text.substring(keyEnd + KEY_END.length(), ca),
                            text.substring(ca + CA_MARK.length())));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("failed to read " + file, e);
        }
    }

    void save(Identity identity) {
        String text = identity.key() + identity.certificate() + CA_MARK + identity.ca();
        DurableFile.replace(file, text.getBytes(StandardCharsets.UTF_8));
    }

    static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("failed to make a key", e);
        }
    }

    static Identity identity(KeyPair key, String certificate, String ca) {
        return new Identity(
                CertificateRequest.pem("PRIVATE KEY", key.getPrivate().getEncoded()),
                certificate.endsWith("\n") ? certificate : certificate + "\n",
                ca);
    }

    /// All certificates of a PEM text, in order.
    static List<X509Certificate> certificates(String pem) {
        try {
            var in = new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (CertificateException e) {
            throw new IllegalArgumentException("these are no certificates", e);
        }
    }
}

package dev.gantry.cli.session;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Mutual TLS from PEM texts, with what the JDK has.
public final class Tls {
    private static final char[] NO_PASSWORD = new char[0];

    private Tls() {}

    static SSLContext of(Context context) {
        try {
            return of(
                    Context.pem("caCertificate", context.caCertificate()),
                    Context.pem("clientCertificate", context.clientCertificate()),
                    Context.pem("clientKey", context.clientKey()));
        } catch (CommandException e) {
            throw new CommandException("context " + context.name() + ": " + e.getMessage());
        }
    }

    /// One end of a connection.
    ///
    /// @param authority PEM of what the other end's certificate must come from
    /// @param certificate PEM of one's own, then those above it
    /// @param key PEM (PKCS #8) of the certificate's key
    public static SSLContext of(String authority, String certificate, String key) {
        try {
            KeyStore trusted = empty();
            int number = 0;
            for (Certificate one : certificates(authority)) {
                trusted.setCertificateEntry("ca" + number++, one);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            Certificate[] chain = certificates(certificate).toArray(new Certificate[0]);
            KeyStore own = empty();
            own.setKeyEntry(
                    "client",
                    privateKey(key, chain[0].getPublicKey().getAlgorithm()),
                    NO_PASSWORD,
                    chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
            keys.init(own, NO_PASSWORD);
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return tls;
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new CommandException("the credentials cannot be used: " + e.getMessage());
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(String pem)
            throws GeneralSecurityException {
        var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
        var found = CertificateFactory.getInstance("X.509").generateCertificates(bytes);
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no certificate in the PEM text");
        }
        return found;
    }

    private static PrivateKey privateKey(String pem, String algorithm)
            throws GeneralSecurityException {
        String begin = "-----BEGIN PRIVATE KEY-----";
        int from = pem.indexOf(begin);
        int to = pem.indexOf("-----END PRIVATE KEY-----");
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("clientKey must be a PKCS #8 PEM");
        }
        String body = pem.substring(from + begin.length(), to);
        byte[] bytes = Base64.getMimeDecoder().decode(body);
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
    }
}

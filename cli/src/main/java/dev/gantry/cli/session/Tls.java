package dev.gantry.cli.session;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// Mutual TLS from PEM texts, with what the JDK has.
public final class Tls {
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
            List<X509Certificate> chain = certificates(certificate);
            PrivateKey own = privateKey(key, chain.getFirst().getPublicKey().getAlgorithm());
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(
                    new KeyManager[] {new OwnCertificate(own, chain)},
                    trusting(certificates(authority)),
                    null);
            return tls;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new CommandException("the credentials cannot be used: " + e.getMessage());
        }
    }

    // The JDK's own path validation and host name check. Nothing is looked up on the network: the
    // authority publishes no revocations.
    private static TrustManager[] trusting(List<X509Certificate> authorities)
            throws GeneralSecurityException {
        Set<TrustAnchor> anchors = new LinkedHashSet<>();
        authorities.forEach(one -> anchors.add(new TrustAnchor(one, null)));
        PKIXBuilderParameters parameters =
                new PKIXBuilderParameters(anchors, new X509CertSelector());
        parameters.setRevocationEnabled(false);
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        return factory.getTrustManagers();
    }

    static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
        List<X509Certificate> found = new ArrayList<>();
        for (var one : CertificateFactory.getInstance("X.509").generateCertificates(bytes)) {
            found.add((X509Certificate) one);
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no certificate in the PEM text");
        }
        return found;
    }

    static PrivateKey privateKey(String pem, String algorithm) throws GeneralSecurityException {
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

package dev.gantry.agent.image;

import dev.gantry.agent.image.RegistryCredentials.Login;
import dev.gantry.agent.image.registry.RegistryAddress;
import dev.gantry.agent.image.registry.RegistryConnection;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// Opens connections to registries as the node's settings say.
final class Registries {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final RegistrySettings settings;
    private final HttpClient http;
    private final ConcurrentMap<String, Boolean> plain = new ConcurrentHashMap<>();

    Registries(RegistrySettings settings) throws IOException {
        this.settings = settings;
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(CONNECT);
        if (!settings.certificates().isEmpty()) {
            builder.sslContext(trusting());
        }
        this.http = builder.build();
    }

    RegistryConnection connect(ImageReference name, RegistryCredentials credentials)
            throws InterruptedException {
        Login login = credentials.loginFor(name);
        return new RegistryConnection(
                http,
                RegistryAddress.of(name.registry(), isPlain(name.registry())),
                name.repository(),
                new dev.gantry.agent.image.registry.Login(login.username(), login.secret()),
                settings.retryDelay());
    }

    /// TLS is tried even where plain HTTP is allowed: only a peer that does not speak it is asked
    /// without.
    private boolean isPlain(String registry) throws InterruptedException {
        boolean allowed =
                RegistryAddress.isLoopback(registry) || settings.plainHttp().contains(registry);
        if (!allowed) {
            return false;
        }
        Boolean known = plain.get(registry);
        if (known != null) {
            return known;
        }
        try {
            HttpRequest ping =
                    HttpRequest.newBuilder(URI.create("https://" + registry + "/v2/"))
                            .timeout(CONNECT)
                            .build();
            http.send(ping, HttpResponse.BodyHandlers.discarding());
            plain.put(registry, false);
            return false;
        } catch (SSLHandshakeException e) {
            // It does speak TLS; the certificate's trouble is told by the request itself.
            return false;
        } catch (SSLException e) {
            plain.put(registry, true);
            return true;
        } catch (IOException e) {
            return true;
        }
    }

    /// The JDK's authorities and those of the settings.
    private SSLContext trusting() throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (X509Certificate authority : systemAuthorities()) {
                store.setCertificateEntry("a" + number++, authority);
            }
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Path file : settings.certificates()) {
                try (InputStream in = Files.newInputStream(file)) {
                    for (Certificate authority : factory.generateCertificates(in)) {
                        store.setCertificateEntry("a" + number++, authority);
                    }
                }
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the registries' certificates cannot be used", e);
        }
    }

    private static X509Certificate[] systemAuthorities() throws GeneralSecurityException {
        TrustManagerFactory system =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        system.init((KeyStore) null);
        for (TrustManager manager : system.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return x509.getAcceptedIssuers();
            }
        }
        return new X509Certificate[0];
    }
}

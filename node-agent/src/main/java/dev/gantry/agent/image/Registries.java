package dev.gantry.agent.image;

import dev.gantry.agent.image.RegistryCredentials.Login;
import dev.gantry.agent.image.registry.RegistryAddress;
import dev.gantry.agent.image.registry.RegistryConnection;
import dev.gantry.agent.image.registry.RegistryConnection.Patience;
import dev.gantry.agent.image.registry.RegistryException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
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

    RegistryConnection connect(ImageReference name, Login login)
            throws IOException, InterruptedException {
        return new RegistryConnection(
                http,
                RegistryAddress.of(name.registry(), isPlain(name.registry())),
                name.repository(),
                new dev.gantry.agent.image.registry.Login(login.username(), login.secret()),
                new Patience(settings.retryDelay(), settings.silence()));
    }

    /// Where plain HTTP is allowed, a question without any login tells who speaks it: a server of
    /// TLS answers 400, redirects or hangs up. Asking in TLS first would make one that waits for
    /// the end of a line wait until the time is out.
    private boolean isPlain(String registry) throws IOException, InterruptedException {
        boolean allowed =
                RegistryAddress.isLoopback(registry) || settings.plainHttp().contains(registry);
        if (!allowed) {
            return false;
        }
        Boolean known = plain.get(registry);
        if (known != null) {
            return known;
        }
        HttpRequest ping =
                HttpRequest.newBuilder(URI.create("http://" + registry + "/v2/"))
                        .timeout(CONNECT)
                        .build();
        try {
            HttpResponse<InputStream> answer =
                    http.send(ping, HttpResponse.BodyHandlers.ofInputStream());
            answer.body().close();
            int status = answer.statusCode();
            boolean speaks = status != 400 && (status < 300 || status >= 400);
            plain.put(registry, speaks);
            return speaks;
        } catch (HttpTimeoutException e) {
            throw RegistryException.unreachable(registry, e);
        } catch (IOException e) {
            // The request itself will tell what is wrong.
            return false;
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

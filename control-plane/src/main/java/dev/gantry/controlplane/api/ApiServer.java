package dev.gantry.controlplane.api;

import dev.gantry.controlplane.certificate.Credential;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;

/// The gRPC server: one port, mutual TLS, a virtual thread for each call.
public final class ApiServer implements AutoCloseable {
    /// The largest request or response. Objects are bounded by the store at about 1.5 MiB, pages by
    /// [ObjectReader]; this is gRPC's own default, said aloud.
    static final int MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

    /// Calls at once on one connection: an agent has one session and a tunnel for each log or exec.
    private static final int CALLS_MAX = 1000;

    /// Dead peers behind silent networks are noticed after the two together.
    private static final int KEEP_ALIVE_SECONDS = 30;

    private static final int KEEP_ALIVE_TIMEOUT_SECONDS = 10;

    /// Pings that clients may send at most; the CLI and agents use 10 s.
    private static final int PING_SECONDS_MIN = 5;

    private static final int STOP_SECONDS = 5;

    private final Server server;
    private final AdvancedTlsX509KeyManager keys;
    private final HealthStatusManager health;
    private final ExecutorService threads;

    private ApiServer(
            Server server,
            AdvancedTlsX509KeyManager keys,
            HealthStatusManager health,
            ExecutorService threads) {
        this.server = server;
        this.keys = keys;
        this.health = health;
        this.threads = threads;
    }

    /// Starts to serve.
    ///
    /// @param authority whose certificates clients may present
    /// @param services of all features; each call to them has passed the access check
    /// @throws IOException when the address cannot be bound
    public static ApiServer start(
            InetSocketAddress listen,
            Credential credential,
            X509Certificate authority,
            List<BindableService> services)
            throws IOException {
        var threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("api-call-", 0).factory());
        var health = new HealthStatusManager();
        try {
            var keys = new AdvancedTlsX509KeyManager();
            load(keys, credential);
            var tls =
                    TlsServerCredentials.newBuilder()
                            .keyManager(keys)
                            .trustManager(trust(authority))
                            .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
                            .build();
            var builder =
                    NettyServerBuilder.forAddress(listen, tls)
                            .executor(threads)
                            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                            .maxConcurrentCallsPerConnection(CALLS_MAX)
                            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                            .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                            .permitKeepAliveTime(PING_SECONDS_MIN, TimeUnit.SECONDS)
                            .permitKeepAliveWithoutCalls(true)
                            .intercept(new Access())
                            .addService(ProtoReflectionServiceV1.newInstance())
                            .addService(health.getHealthService());
            services.forEach(builder::addService);
            return new ApiServer(builder.build().start(), keys, health, threads);
        } catch (GeneralSecurityException e) {
            threads.close();
            throw new IOException("failed to prepare TLS", e);
        }
    }

    /// The port that is listened on.
    public int port() {
        return server.getPort();
    }

    /// Presents another certificate from the next connection on.
    public void present(Credential credential) {
        try {
            load(keys, credential);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("failed to load the server's certificate", e);
        }
    }

    /// Refuses new calls, gives those under way some seconds, then ends them.
    @Override
    public void close() {
        health.enterTerminalState();
        server.shutdown();
        try {
            if (!server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
                server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            server.shutdownNow();
        }
        threads.shutdownNow();
    }

    private static void load(AdvancedTlsX509KeyManager keys, Credential credential)
            throws GeneralSecurityException {
        keys.updateIdentityCredentials(
                credential.chain().toArray(X509Certificate[]::new), credential.key());
    }

    private static javax.net.ssl.TrustManager[] trust(X509Certificate authority)
            throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("cluster", authority);
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}

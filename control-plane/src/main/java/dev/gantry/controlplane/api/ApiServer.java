package dev.gantry.controlplane.api;

import dev.gantry.controlplane.certificate.Credential;
import dev.gantry.loop.LogKeys;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The gRPC server: one port with mutual TLS, a socket for this host's administrator, a virtual
/// thread for each call.
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

    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);

    private final Server server;
    private final @Nullable LocalServer local;
    private final AdvancedTlsX509KeyManager keys;
    private final HealthStatusManager health;
    private final ExecutorService threads;

    private record LocalServer(Server server, LocalSocket socket) {}

    private ApiServer(
            Server server,
            @Nullable LocalServer local,
            AdvancedTlsX509KeyManager keys,
            HealthStatusManager health,
            ExecutorService threads) {
        this.server = server;
        this.local = local;
        this.keys = keys;
        this.health = health;
        this.threads = threads;
    }

    /// Starts to serve.
    ///
    /// @param local the path of the socket on this host; the server does without when it cannot be
    ///   had
    /// @param authority whose certificates clients may present
    /// @param services of all features; each call to them has passed the access check
    /// @throws IOException when the address cannot be bound
    public static ApiServer start(
            InetSocketAddress listen,
            Path local,
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
            var all = new ArrayList<>(services);
            all.add(ProtoReflectionServiceV1.newInstance());
            all.add(health.getHealthService());
            var network =
                    built(
                            NettyServerBuilder.forAddress(listen, tls)
                                    .intercept(new Access(Access::byCertificate)),
                            threads,
                            all);
            return new ApiServer(
                    network.start(), startLocal(local, threads, all), keys, health, threads);
        } catch (GeneralSecurityException e) {
            threads.close();
            throw new IOException("failed to prepare TLS", e);
        }
    }

    private static Server built(
            NettyServerBuilder builder,
            ExecutorService threads,
            List<? extends BindableService> services) {
        builder.executor(threads)
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .maxConcurrentCallsPerConnection(CALLS_MAX)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(PING_SECONDS_MIN, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
        services.forEach(builder::addService);
        return builder.build();
    }

    private static @Nullable LocalServer startLocal(
            Path path, ExecutorService threads, List<? extends BindableService> services) {
        try {
            var socket = LocalSocket.at(path);
            try {
                var builder = socket.builder().intercept(new Access(_ -> LocalSocket.CALLER));
                return new LocalServer(built(builder, threads, services).start(), socket);
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue(LogKeys.PATH, path)
                    .addKeyValue(LogKeys.REASON, e.getMessage())
                    .log("no socket for this host's administrator, commands use TLS");
            return null;
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
        var beside = local;
        if (beside != null) {
            beside.server().shutdown();
            end(beside.server());
            beside.socket().close();
        }
        end(server);
        threads.shutdownNow();
    }

    private static void end(Server server) {
        try {
            if (!server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
                server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            server.shutdownNow();
        }
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

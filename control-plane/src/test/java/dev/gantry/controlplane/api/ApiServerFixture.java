package dev.gantry.controlplane.api;

import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.certificate.CertificateProfile;
import dev.gantry.controlplane.certificate.Credential;
import dev.gantry.controlplane.certificate.JoinTokens;
import dev.gantry.controlplane.certificate.Pem;
import dev.gantry.controlplane.certificate.Pki;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.memory.MemoryStore;
import dev.gantry.loop.FaultHandler;
import dev.gantry.loop.ThreadTimer;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;

/// A real API server in this process: gRPC with mutual TLS on a free loopback port, over a store in
/// memory, with `Resources`, `Cluster` and the system's namespaces. For tests of whatever talks to
/// it.
public final class ApiServerFixture implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final ThreadFactory THREADS = Thread.ofVirtual().name("fixture-", 0).factory();

    private final Path data;
    private final ThreadTimer timer = new ThreadTimer(FaultHandler.logging());
    private final Store store;
    private final ObjectStore objects;
    private final Pki pki;
    private final JoinTokens tokens;
    private final ApiServer server;
    private final InstantSource clock;
    private final List<ManagedChannel> channels = new ArrayList<>();

    private ApiServerFixture(
            Store store,
            InstantSource clock,
            Function<ApiServerFixture, List<BindableService>> more)
            throws IOException, InterruptedException {
        this.data = Files.createTempDirectory("gantry-api-test");
        this.store = store;
        this.clock = clock;
        var random = new SplittableRandom(1);
        this.objects = ObjectStore.start(store, THREADS, timer, random);
        SystemNamespaces.make(objects, random, clock);
        this.pki = Pki.open(data, List.of(), LOOPBACK + ":7420", clock.instant());
        this.tokens = new JoinTokens(store, pki.authority());
        var services = new ArrayList<BindableService>();
        services.add(new ResourcesService(objects, "10.201.0.0/16", clock, random));
        services.add(
                new ClusterService(
                        objects,
                        pki.authority(),
                        tokens,
                        () -> "test",
                        new Version("test", ""),
                        clock));
        services.addAll(more.apply(this));
        this.server =
                ApiServer.start(
                        new InetSocketAddress(InetAddress.ofLiteral(LOOPBACK), 0),
                        data.resolve(Pki.LOCAL_SOCKET),
                        pki.server(),
                        pki.authority().certificate(),
                        services);
    }

    /// A server with an empty store and the machine's clock.
    public static ApiServerFixture start() throws InterruptedException {
        var clock = InstantSource.system();
        return start(new MemoryStore(clock), clock, _ -> List.of());
    }

    /// @param more services besides; they may use all of the fixture but its server
    public static ApiServerFixture start(
            Store store,
            InstantSource clock,
            Function<ApiServerFixture, List<BindableService>> more)
            throws InterruptedException {
        try {
            return new ApiServerFixture(store, clock, more);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Store store() {
        return store;
    }

    public ObjectStore objects() {
        return objects;
    }

    public Pki pki() {
        return pki;
    }

    public JoinTokens tokens() {
        return tokens;
    }

    public int port() {
        return server.port();
    }

    /// The socket for administrators of the host.
    Path localSocket() {
        return data.resolve(Pki.LOCAL_SOCKET);
    }

    /// As the CLI with `admin.yaml`.
    public ManagedChannel adminChannel() {
        return channel(pki.admin());
    }

    /// As the agent of a node.
    public ManagedChannel nodeChannel(String node) {
        return channel(pki.authority().issue(CertificateProfile.node(node), clock.instant()));
    }

    /// As somebody without a certificate.
    public ManagedChannel anonymousChannel() {
        return open(trustingOurs().build());
    }

    public ManagedChannel channel(Credential credential) {
        try {
            return open(
                    trustingOurs()
                            .keyManager(
                                    stream(Pem.certificates(credential.chain())),
                                    stream(Pem.key(credential.key())))
                            .build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TlsChannelCredentials.Builder trustingOurs() {
        try {
            return TlsChannelCredentials.newBuilder()
                    .trustManager(stream(Pem.certificates(List.of(pki.authority().certificate()))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ManagedChannel open(io.grpc.ChannelCredentials credentials) {
        var channel = NettyChannelBuilder.forAddress(LOOPBACK, server.port(), credentials).build();
        channels.add(channel);
        return channel;
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        server.close();
        objects.close();
        store.close();
        timer.close();
        try (var files = Files.walk(data)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

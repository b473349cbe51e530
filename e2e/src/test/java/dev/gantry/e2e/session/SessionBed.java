package dev.gantry.e2e.session;

import com.google.protobuf.Message;
import dev.gantry.agent.session.ControlPlaneSession;
import dev.gantry.agent.session.NodeWork;
import dev.gantry.agent.session.SessionConfig;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.ClusterGrpc;
import dev.gantry.api.v1.ImagesGrpc;
import dev.gantry.api.v1.JoinRequest;
import dev.gantry.api.v1.JoinResponse;
import dev.gantry.api.v1.PodsGrpc;
import dev.gantry.controlplane.cache.ObjectOutcome;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.certificate.CertificateProfile;
import dev.gantry.controlplane.certificate.CertificateRequest;
import dev.gantry.controlplane.certificate.Credential;
import dev.gantry.controlplane.certificate.Pem;
import dev.gantry.controlplane.certificate.Pki;
import dev.gantry.controlplane.event.EventSink;
import dev.gantry.controlplane.node.NodeServices;
import dev.gantry.controlplane.node.NodeSettings;
import dev.gantry.controlplane.node.grpc.NodeApi;
import dev.gantry.controlplane.store.memory.MemoryStore;
import dev.gantry.loop.FaultHandler;
import dev.gantry.loop.ThreadTimer;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/// A control plane's node part behind a real port with mutual TLS, and agents that connect to it.
final class SessionBed {
    private static final ThreadFactory THREADS = Thread.ofVirtual().name("bed-", 0).factory();

    final MemoryStore store = new MemoryStore(InstantSource.system());
    final ObjectStore objects;
    final NodeServices nodes;
    final Pki pki;
    private final Path directory;
    private final EventSink events;
    private final ThreadTimer timer = new ThreadTimer(FaultHandler.logging());
    private final SecureRandom random = new SecureRandom();
    private final List<AutoCloseable> agents = new ArrayList<>();
    private final NodeApi api;
    private final ManagedChannel admin;
    private Server server;
    private final int port;

    SessionBed(Path directory) throws Exception {
        this.directory = directory;
        this.pki = Pki.open(directory.resolve("server"), List.of(), "", Instant.now());
        this.objects = ObjectStore.start(store, THREADS, timer, random);
        this.events = new EventSink(objects, InstantSource.system(), random);
        this.nodes =
                new NodeServices(
                        NodeSettings.of("r1", "10.200.0.0/16", "10.201.0.0/16", "cluster.local"),
                        store,
                        objects,
                        events,
                        timer,
                        InstantSource.system(),
                        random);
        nodes.start(THREADS);
        this.api =
                new NodeApi(
                        nodes.sessions(),
                        objects,
                        THREADS,
                        timer,
                        random,
                        NodeCertificates::current);
        this.server = listen(0);
        this.port = server.getPort();
        Credential adminCredential = pki.admin();
        this.admin = channel(adminCredential);
    }

    private Server listen(int port) throws IOException {
        var tls =
                TlsServerCredentials.newBuilder()
                        .keyManager(pem(pki.server()), key(pki.server()))
                        .trustManager(text(Pem.certificates(List.of(ca()))))
                        .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
                        .build();
        var address = new InetSocketAddress("127.0.0.1", port);
        var builder =
                Grpc.newServerBuilderForPort(address.getPort(), tls)
                        .intercept(new NodeCertificates())
                        .addService(new Join());
        api.services().forEach(builder::addService);
        return builder.build().start();
    }

    X509Certificate ca() {
        return pki.authority().certificate();
    }

    String token() {
        return pki.authority().hash() + ".0123456789abcdef.00112233445566778899aabbccddeeff";
    }

    /// Ends the server and every connection, as a crash would.
    void stopServer() throws InterruptedException {
        server.shutdownNow().awaitTermination();
    }

    /// A new server on the same port.
    void startServer(int port) throws IOException {
        server = listen(port);
    }

    int port() {
        return port;
    }

    PodsGrpc.PodsStub pods() {
        return PodsGrpc.newStub(admin);
    }

    PodsGrpc.PodsBlockingStub podsBlocking() {
        return PodsGrpc.newBlockingStub(admin);
    }

    ImagesGrpc.ImagesStub imagesAsync() {
        return ImagesGrpc.newStub(admin);
    }

    ImagesGrpc.ImagesBlockingStub images() {
        return ImagesGrpc.newBlockingStub(admin);
    }

    /// Starts an agent, which joins as the node of that name.
    ControlPlaneSession agent(String node, NodeWork work) {
        return agent(node, node, token(), work);
    }

    ControlPlaneSession agent(String node, String folder, String token, NodeWork work) {
        var config =
                new SessionConfig(
                        "127.0.0.1:" + port(),
                        node,
                        directory.resolve(folder),
                        Optional.of(token),
                        "test");
        var session =
                new ControlPlaneSession(
                        config, work, THREADS, timer, InstantSource.system(), random);
        agents.add(session);
        session.start();
        return session;
    }

    ManagedChannel channel(Credential credential) {
        try {
            return Grpc.newChannelBuilder(
                            "127.0.0.1:" + port(),
                            TlsChannelCredentials.newBuilder()
                                    .keyManager(pem(credential), key(credential))
                                    .trustManager(text(Pem.certificates(List.of(ca()))))
                                    .build())
                    .build();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    Message create(Message object) throws InterruptedException {
        return stored(new ObjectWrite.Create(object));
    }

    Message update(Message object) throws InterruptedException {
        return stored(new ObjectWrite.Update(object));
    }

    void delete(ObjectKey key) throws InterruptedException {
        var _ = objects.commit(List.of(new ObjectWrite.Delete(key, "")));
    }

    private Message stored(ObjectWrite write) throws InterruptedException {
        ObjectOutcome outcome = objects.commit(List.of(write)).getFirst();
        if (outcome instanceof ObjectOutcome.Stored(var object)) {
            return object;
        }
        throw new AssertionError("not stored: " + outcome);
    }

    void close() throws Exception {
        for (AutoCloseable agent : agents) {
            agent.close();
        }
        admin.shutdownNow();
        server.shutdownNow().awaitTermination();
        nodes.close();
        objects.close();
        store.close();
        timer.close();
    }

    private static InputStream pem(Credential credential) {
        return text(Pem.certificates(credential.chain()));
    }

    private static InputStream key(Credential credential) {
        return text(Pem.key(credential.key()));
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The part of the cluster's service that a node needs to join.
    private final class Join extends ClusterGrpc.ClusterImplBase {
        @Override
        public void join(JoinRequest request, StreamObserver<JoinResponse> responses) {
            if (!request.getToken().equals(token())) {
                responses.onError(Status.UNAUTHENTICATED.asRuntimeException());
                return;
            }
            var key = CertificateRequest.publicKey(request.getCertificateRequest());
            var profile = CertificateProfile.node(request.getNodeName());
            var chain = pki.authority().sign(profile, key, Instant.now());
            responses.onNext(
                    JoinResponse.newBuilder()
                            .setCertificate(Pem.certificates(chain))
                            .setCaCertificate(Pem.certificates(List.of(ca())))
                            .build());
            responses.onCompleted();
        }
    }
}

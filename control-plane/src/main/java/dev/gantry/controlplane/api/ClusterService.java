package dev.gantry.controlplane.api;

import com.google.protobuf.Timestamp;
import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.NodeCondition;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.ClusterGrpc;
import dev.gantry.api.v1.CreateTokenRequest;
import dev.gantry.api.v1.CreateTokenResponse;
import dev.gantry.api.v1.JoinRequest;
import dev.gantry.api.v1.JoinResponse;
import dev.gantry.api.v1.NodeHealth;
import dev.gantry.api.v1.RenewRequest;
import dev.gantry.api.v1.StatusRequest;
import dev.gantry.api.v1.StatusResponse;
import dev.gantry.api.v1.VersionRequest;
import dev.gantry.api.v1.VersionResponse;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.certificate.CertificateAuthority;
import dev.gantry.controlplane.certificate.CertificateProfile;
import dev.gantry.controlplane.certificate.CertificateRequest;
import dev.gantry.controlplane.certificate.JoinToken;
import dev.gantry.controlplane.certificate.JoinTokens;
import dev.gantry.controlplane.certificate.Pem;
import dev.gantry.controlplane.store.StoreException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// `Cluster` over gRPC: version, health, join tokens and certificates.
public final class ClusterService extends ClusterGrpc.ClusterImplBase {
    private static final Duration TOKEN_DEFAULT = Duration.ofHours(24);
    private static final Duration TOKEN_MAX = Duration.ofDays(365);

    /// RFC 1123, as Kubernetes takes node names.
    private static final Pattern NODE_NAME =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private static final int NODE_NAME_MAX = 253;

    private final ObjectStore objects;
    private final CertificateAuthority authority;
    private final JoinTokens tokens;
    private final Supplier<String> leader;
    private final Version version;
    private final InstantSource clock;

    /// @param leader the replica that leads; empty text while none does
    public ClusterService(
            ObjectStore objects,
            CertificateAuthority authority,
            JoinTokens tokens,
            Supplier<String> leader,
            Version version,
            InstantSource clock) {
        this.objects = objects;
        this.authority = authority;
        this.tokens = tokens;
        this.leader = leader;
        this.version = version;
        this.clock = clock;
    }

    @Override
    public void version(VersionRequest request, StreamObserver<VersionResponse> observer) {
        Calls.answer(
                observer,
                () ->
                        VersionResponse.newBuilder()
                                .setVersion(version.number())
                                .setCommit(version.commit())
                                .setJava(Runtime.version().toString())
                                .build());
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
        Calls.answer(observer, this::status);
    }

    @Override
    public void createToken(
            CreateTokenRequest request, StreamObserver<CreateTokenResponse> observer) {
        Calls.answer(observer, () -> createToken(request));
    }

    @Override
    public void join(JoinRequest request, StreamObserver<JoinResponse> observer) {
        Calls.answer(observer, () -> join(request));
    }

    @Override
    public void renew(RenewRequest request, StreamObserver<JoinResponse> observer) {
        var caller = Caller.current();
        Calls.answer(observer, () -> sign(profile(caller), request.getCertificateRequest()));
    }

    private StatusResponse status() throws InterruptedException {
        var status =
                StatusResponse.newBuilder()
                        .setVersion(version.number())
                        .setStoreEpoch(objects.epoch())
                        .setLeader(leader.get());
        try {
            objects.awaitFresh();
            status.setStoreHealthy(true);
        } catch (StoreException e) {
            // The rest is told from the cache: that is what a person asks for when the store is
            // away.
            status.setStoreMessage(String.valueOf(e.getMessage()));
        }
        status.setRevision(objects.revision());
        for (var node : objects.list(Kinds.NODE, "").objects()) {
            status.addNodes(health((Node) node));
        }
        var pods = objects.list(Kinds.POD, "").objects();
        var running =
                pods.stream()
                        .filter(p -> ((Pod) p).getStatus().getPhase().equals("Running"))
                        .count();
        return status.setPods(pods.size()).setPodsRunning((int) running).build();
    }

    private static NodeHealth health(Node node) {
        var ready =
                node.getStatus().getConditionsList().stream()
                        .filter(c -> c.getType().equals("Ready"))
                        .findFirst()
                        .orElse(NodeCondition.getDefaultInstance());
        return NodeHealth.newBuilder()
                .setName(node.getMetadata().getName())
                .setConnected(!ready.getStatus().isEmpty() && !ready.getStatus().equals("Unknown"))
                .setReady(ready.getStatus().equals("True"))
                .setMessage(ready.getMessage())
                .setVersion(node.getStatus().getNodeInfo().getKubeletVersion())
                .build();
    }

    private CreateTokenResponse createToken(CreateTokenRequest request)
            throws InterruptedException {
        var seconds = request.getTtlSeconds();
        if (seconds < 0 || seconds > TOKEN_MAX.toSeconds()) {
            throw ApiException.invalid(
                    "ttlSeconds", "must be between 0 and " + TOKEN_MAX.toSeconds());
        }
        var timeToLive = seconds == 0 ? TOKEN_DEFAULT : Duration.ofSeconds(seconds);
        var now = clock.instant();
        var token = tokens.create(timeToLive, now);
        return CreateTokenResponse.newBuilder()
                .setToken(token.text())
                .setExpires(
                        Timestamp.newBuilder().setSeconds(now.plus(timeToLive).getEpochSecond()))
                .build();
    }

    private JoinResponse join(JoinRequest request) throws InterruptedException {
        var name = request.getNodeName();
        if (name.length() > NODE_NAME_MAX || !NODE_NAME.matcher(name).matches()) {
            throw ApiException.invalid(
                    "nodeName",
                    "must be a lower-case host name (letters, digits, '-' and '.'), not \""
                            + name
                            + "\"");
        }
        var token = JoinToken.parse(request.getToken()).orElseThrow(ClusterService::wrongToken);
        var known = tokens.check(token, clock.instant()).orElseThrow(ClusterService::wrongToken);
        var exists = objects.get(new ObjectKey(Kinds.NODE, "", name)).isPresent();
        if (exists && !known.getRejoin()) {
            // Else whoever holds a token could take any node's name, pods and secrets over.
            throw new ApiException(
                    ApiException.Reason.ALREADY_EXISTS,
                    "node " + name + " exists: if this is the same machine, delete the node first");
        }
        return sign(CertificateProfile.node(name), request.getCertificateRequest());
    }

    private static ApiException wrongToken() {
        return new ApiException(
                ApiException.Reason.UNAUTHENTICATED,
                "the join token is wrong or has expired, make another one");
    }

    private JoinResponse sign(CertificateProfile profile, String request) {
        var key = CertificateRequest.publicKey(request);
        var chain = authority.sign(profile, key, clock.instant());
        return JoinResponse.newBuilder()
                .setCertificate(Pem.certificates(chain))
                .setCaCertificate(Pem.certificates(List.of(authority.certificate())))
                .build();
    }

    private static CertificateProfile profile(Caller caller) {
        return switch (caller) {
            case Caller.Node node -> CertificateProfile.node(node.name());
            case Caller.User user -> CertificateProfile.user(user.name(), user.group());
            case Caller.Anonymous _ ->
                    throw new ApiException(
                            ApiException.Reason.UNAUTHENTICATED,
                            "a client certificate is needed to renew it");
        };
    }
}

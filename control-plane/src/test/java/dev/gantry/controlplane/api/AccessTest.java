package dev.gantry.controlplane.api;

import static dev.gantry.controlplane.api.Clients.configMap;
import static dev.gantry.controlplane.api.Clients.error;
import static dev.gantry.controlplane.api.Clients.object;
import static dev.gantry.controlplane.api.Clients.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.kind.Kinds;
import dev.gantry.api.v1.ClusterGrpc;
import dev.gantry.api.v1.CreateTokenRequest;
import dev.gantry.api.v1.JoinRequest;
import dev.gantry.api.v1.RenewRequest;
import dev.gantry.api.v1.ResourcesGrpc;
import dev.gantry.api.v1.StatusRequest;
import dev.gantry.api.v1.VersionRequest;
import dev.gantry.controlplane.certificate.CertificateAuthority;
import dev.gantry.controlplane.certificate.CertificateProfile;
import dev.gantry.controlplane.certificate.Credential;
import dev.gantry.controlplane.certificate.Pem;
import dev.gantry.controlplane.certificate.TestRequests;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessTest {
    private final ApiServerFixture fixture = start();
    private final ClusterGrpc.ClusterBlockingStub admin =
            ClusterGrpc.newBlockingStub(fixture.adminChannel());
    private final ClusterGrpc.ClusterBlockingStub anonymous =
            ClusterGrpc.newBlockingStub(fixture.anonymousChannel());

    private static ApiServerFixture start() {
        try {
            return ApiServerFixture.start();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({
        "gantry.v1.Cluster/Join, true, true, true, true",
        "gantry.v1.Cluster/Version, true, true, true, true",
        "gantry.v1.Cluster/Renew, false, false, true, true",
        "gantry.v1.Cluster/CreateToken, false, false, false, true",
        "gantry.v1.Nodes/Session, false, false, true, true",
        "gantry.v1.Resources/Get, false, false, false, true",
        "gantry.v1.Pods/Exec, false, false, false, true",
        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo, false, false, false, true",
    })
    void onlySomeMayCall(
            String method, boolean nobody, boolean stranger, boolean node, boolean adminMay) {
        assertThat(Access.isAllowed(new Caller.Anonymous(), method)).isEqualTo(nobody);
        assertThat(Access.isAllowed(new Caller.User("x", "others"), method)).isEqualTo(stranger);
        assertThat(Access.isAllowed(new Caller.Node("n1"), method)).isEqualTo(node);
        assertThat(Access.isAllowed(new Caller.User("a", CertificateProfile.ADMINS), method))
                .isEqualTo(adminMay);
    }

    @Test
    void clientWithoutCertificateMayAskTheVersionOnly() {
        assertThat(anonymous.version(VersionRequest.getDefaultInstance()).getVersion())
                .isEqualTo("test");
        assertThat(error(() -> anonymous.status(StatusRequest.getDefaultInstance())))
                .startsWith("UNAUTHENTICATED UNAUTHENTICATED a client certificate is needed");
    }

    @Test
    void nodeMayNotWriteObjects() {
        var resources = ResourcesGrpc.newBlockingStub(fixture.nodeChannel("n1"));

        assertThat(error(() -> resources.create(write(configMap("x", "1")))))
                .startsWith("PERMISSION_DENIED FORBIDDEN node n1 may not call");
    }

    @Test
    void certificateOfAnotherAuthorityIsNoCertificate() {
        var other = CertificateAuthority.create("other", Instant.now(), new SecureRandom());
        var forged =
                other.issue(
                        CertificateProfile.user("admin", CertificateProfile.ADMINS), Instant.now());
        var client = ClusterGrpc.newBlockingStub(fixture.channel(forged));

        assertThat(error(() -> client.status(StatusRequest.getDefaultInstance())))
                .startsWith("UNA");
    }

    @Test
    void tokenYieldsNodeCertificateThatRenews() throws Exception {
        var token = admin.createToken(CreateTokenRequest.getDefaultInstance()).getToken();
        var pair = TestRequests.pair("EC", 256);
        var request = TestRequests.request("CN=whoever", pair, pair);

        var joined =
                anonymous.join(
                        JoinRequest.newBuilder()
                                .setToken(token)
                                .setNodeName("n7")
                                .setCertificateRequest(request)
                                .build());
        var chain = Pem.readCertificates("join", joined.getCertificate());
        var node =
                ClusterGrpc.newBlockingStub(
                        fixture.channel(new Credential(chain, pair.getPrivate())));
        var renewed = node.renew(RenewRequest.newBuilder().setCertificateRequest(request).build());

        assertThat(token).startsWith(fixture.pki().authority().hash() + ".");
        assertThat(Caller.of(chain.getFirst())).isEqualTo(new Caller.Node("n7"));
        assertThat(Caller.of(Pem.readCertificates("renew", renewed.getCertificate()).getFirst()))
                .isEqualTo(new Caller.Node("n7"));
    }

    @Test
    void wrongTokenIsRefused() throws Exception {
        var token = admin.createToken(CreateTokenRequest.getDefaultInstance()).getToken();
        var wrong = token.substring(0, token.length() - 1) + (token.endsWith("0") ? "1" : "0");

        assertThat(error(() -> anonymous.join(join(wrong, "n8"))))
                .startsWith("UNAUTHENTICATED UNAUTHENTICATED the join token is wrong");
        assertThat(error(() -> anonymous.join(join("", "n8")))).startsWith("UNAUTHENTICATED");
        assertThat(error(() -> anonymous.join(join(token, "N 8"))))
                .startsWith("INVALID_ARGUMENT INVALID nodeName");
    }

    @Test
    void expiredTokenIsRefused() throws Exception {
        var token =
                fixture.tokens()
                        .create(java.time.Duration.ofSeconds(1), Instant.now().minusSeconds(60));

        assertThat(error(() -> anonymous.join(join(token.text(), "n8"))))
                .startsWith("UNAUTHENTICATED");
    }

    @Test
    void tokenDoesNotTakeAnExistingNodeOver() throws Exception {
        ResourcesGrpc.newBlockingStub(fixture.adminChannel())
                .create(write(object(Kinds.NODE, "metadata{name:\"taken\"}")));
        var token = admin.createToken(CreateTokenRequest.getDefaultInstance()).getToken();

        assertThat(error(() -> anonymous.join(join(token, "taken"))))
                .startsWith("ALREADY_EXISTS ALREADY_EXISTS node taken exists");
    }

    @Test
    void statusTellsOfTheStore() {
        var status = admin.status(StatusRequest.getDefaultInstance());

        assertThat(status.getStoreHealthy()).isTrue();
        assertThat(status.getStoreEpoch()).isEqualTo(fixture.objects().epoch());
        assertThat(status.getLeader()).isEqualTo("test");
    }

    private static JoinRequest join(String token, String name) throws Exception {
        var pair = TestRequests.pair("EC", 256);
        return JoinRequest.newBuilder()
                .setToken(token)
                .setNodeName(name)
                .setCertificateRequest(TestRequests.request("CN=x", pair, pair))
                .build();
    }
}

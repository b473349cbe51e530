package dev.gantry.e2e.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.api.kind.Kinds;
import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.AgentMessage;
import dev.gantry.api.v1.Hello;
import dev.gantry.api.v1.NodesGrpc;
import dev.gantry.api.v1.ServerMessage;
import dev.gantry.api.v1.TunnelDown;
import dev.gantry.api.v1.TunnelUp;
import dev.gantry.controlplane.certificate.CertificateProfile;
import dev.gantry.controlplane.certificate.Credential;
import dev.gantry.controlplane.certificate.Pki;
import io.grpc.ManagedChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RefusalTest {
    @TempDir Path directory;
    private SessionBed bed;

    @BeforeEach
    void open() throws Exception {
        bed = new SessionBed(directory);
    }

    @AfterEach
    void close() throws Exception {
        bed.close();
    }

    private MessageStream<ServerMessage, AgentMessage> hello(ManagedChannel channel, String node)
            throws InterruptedException {
        MessageStream<ServerMessage, AgentMessage> stream = MessageStream.calling();
        var _ = NodesGrpc.newStub(channel).session(stream.responses());
        stream.write(AgentMessage.newBuilder().setHello(Hello.newBuilder().setNode(node)).build());
        return stream;
    }

    @Test
    void certificateOfAnotherNodeIsRefused() throws Exception {
        Credential n1 = bed.pki.authority().issue(CertificateProfile.node("n1"), Instant.now());
        var channel = bed.channel(n1);
        try {
            assertThatThrownBy(() -> hello(channel, "n2").read())
                    .hasMessageContaining("PERMISSION_DENIED")
                    .hasMessageContaining("node n1, not of node n2");
            assertThat(bed.objects.list(Kinds.NODE, "").objects()).isEmpty();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void certificateOfAPersonIsRefused() throws Exception {
        var channel = bed.channel(bed.pki.admin());
        try {
            assertThatThrownBy(() -> hello(channel, "n1").read())
                    .hasMessageContaining("PERMISSION_DENIED");
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void certificateOfAnotherAuthorityIsRefused() throws Exception {
        Pki foreign = Pki.open(directory.resolve("foreign"), List.of(), "", Instant.now());
        var channel =
                bed.channel(
                        foreign.authority().issue(CertificateProfile.node("n1"), Instant.now()));
        try {
            assertThatThrownBy(() -> hello(channel, "n1").read())
                    .hasMessageContaining("UNAVAILABLE");
            assertThat(bed.objects.list(Kinds.NODE, "").objects()).isEmpty();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void tunnelThatNobodyOrderedIsRefused() throws Exception {
        Credential n1 = bed.pki.authority().issue(CertificateProfile.node("n1"), Instant.now());
        var channel = bed.channel(n1);
        try {
            MessageStream<TunnelDown, TunnelUp> tunnel = MessageStream.calling();
            var _ = NodesGrpc.newStub(channel).tunnel(tunnel.responses());
            tunnel.write(TunnelUp.newBuilder().setId("guessed").build());
            assertThatThrownBy(tunnel::read).hasMessageContaining("NOT_FOUND");
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void agentDoesNotJoinAServerOfAnotherCluster() throws Exception {
        Pki foreign = Pki.open(directory.resolve("foreign"), List.of(), "", Instant.now());
        String wrong = foreign.authority().hash() + bed.token().substring(64);
        var misled = bed.agent("n1", "n1", wrong, new FakeWork());
        bed.agent("n2", new FakeWork());

        Eventually.holds("the right one joins", () -> bed.nodes.sessions().of("n2").isPresent());
        assertThat(misled.connected()).isFalse();
        assertThat(Files.exists(directory.resolve("n1/credentials/node.pem"))).isFalse();
    }
}

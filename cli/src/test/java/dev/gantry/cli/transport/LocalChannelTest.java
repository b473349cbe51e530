package dev.gantry.cli.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gantry.api.v1.LogsRequest;
import dev.gantry.api.v1.LogsResponse;
import dev.gantry.api.v1.PodsGrpc;
import dev.gantry.cli.fixture.TestServer;
import dev.gantry.cli.session.Context;
import dev.gantry.cli.session.Session;
import io.grpc.BindableService;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All of [LeanChannelTest], over a socket of this host.
class LocalChannelTest extends LeanChannelTest {
    @TempDir private Path directory = Path.of("unset");

    @Override
    TestServer serve(BindableService service) throws IOException {
        return new TestServer(directory.resolve("api.sock"), service);
    }

    private static final class Answers extends PodsGrpc.PodsImplBase {
        @Override
        public void logs(LogsRequest request, StreamObserver<LogsResponse> responses) {
            responses.onError(Status.NOT_FOUND.withDescription("over the network").asException());
        }
    }

    @Test
    void socketThatNobodyServesIsPassedOver() throws IOException {
        Path left = directory.resolve("left.sock");
        // Closed without being removed: as a server that was killed leaves it.
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(left))
                .close();
        assertThat(Files.exists(left)).isTrue();
        try (TestServer remote = new TestServer(new Answers())) {
            var channel = Session.channel(withSocket(remote.context(), left));
            var answer = PodsGrpc.newBlockingStub(channel).logs(LogsRequest.getDefaultInstance());

            assertThat(catchThrowable(answer::hasNext)).hasMessage("NOT_FOUND: over the network");
            channel.shutdownNow();
        }
    }

    private static Context withSocket(Context context, Path socket) {
        return new Context(
                context.name(),
                context.server(),
                socket.toString(),
                context.caCertificate(),
                context.clientCertificate(),
                context.clientKey(),
                context.namespace());
    }
}

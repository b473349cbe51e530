package dev.gantry.controlplane.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.api.v1.ClusterGrpc;
import dev.gantry.api.v1.StatusRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LocalSocketTest {
    @TempDir private Path directory = Path.of("unset");

    @Test
    void whoCanOpenItIsAnAdmin() throws Exception {
        var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (var fixture = ApiServerFixture.start()) {
            var channel = channel(fixture.localSocket(), loops);
            try {
                var status =
                        ClusterGrpc.newBlockingStub(channel)
                                .status(StatusRequest.getDefaultInstance());

                assertThat(status.getStoreHealthy()).isTrue();
                assertThat(permissions(fixture.localSocket().getParent())).isEqualTo("rwx------");
            } finally {
                channel.shutdownNow();
            }
        } finally {
            var _ = loops.shutdownGracefully();
        }
    }

    private static ManagedChannel channel(Path socket, EventLoopGroup loops) {
        return NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioDomainSocketChannel.class)
                .eventLoopGroup(loops)
                .overrideAuthority("localhost")
                .usePlaintext()
                .build();
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void folderThatOthersCanEnterIsRefused() throws IOException {
        var open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-x--x"));

        assertThatThrownBy(() -> LocalSocket.at(open.resolve("api.sock")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 700 " + open);
    }

    @Test
    void linkToAnotherFolderIsRefused() throws IOException {
        var other = Files.createDirectory(directory.resolve("other"));
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwx------"));
        var link = Files.createSymbolicLink(directory.resolve("link"), other);

        assertThatThrownBy(() -> LocalSocket.at(link.resolve("api.sock")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(link.toString());
    }

    @Test
    void pathThatIsTooLongIsNamed() {
        var path = directory.resolve("x".repeat(120)).resolve("api.sock");

        assertThatThrownBy(() -> LocalSocket.at(path))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("at most 107");
    }

    @Test
    void socketOfAKilledServerIsReplaced() throws IOException {
        var path = directory.resolve("local").resolve("api.sock");
        try (var _ = LocalSocket.at(path)) {
            Files.createFile(path);
        }
        Files.createFile(path);

        try (var again = LocalSocket.at(path)) {
            assertThat(Files.exists(again.path())).isFalse();
        }
    }
}

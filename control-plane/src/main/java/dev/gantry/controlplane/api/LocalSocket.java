package dev.gantry.controlplane.api;

import dev.gantry.controlplane.certificate.CertificateProfile;
import io.grpc.InsecureServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;

/// Where the server is reached on its own host without TLS: a Unix domain socket in a folder that
/// nobody but the server's own user can enter (and root, who reads the admin's key as well). A
/// third of the time of a short command is TLS.
record LocalSocket(Path path, EventLoopGroup loops) implements AutoCloseable {

    /// Whoever can open it could read the admin's key, too.
    static final Caller CALLER = new Caller.User("admin", CertificateProfile.ADMINS);

    /// `sun_path` of unix(7) with its final zero byte.
    private static final int PATH_BYTES_MAX = 107;

    /// Makes the folder where there is none, and removes the socket of a server that was killed.
    /// The caller holds the lock of the data directory that the path is in.
    ///
    /// @throws IOException when others can enter the folder, or the path is too long
    static LocalSocket at(Path path) throws IOException {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > PATH_BYTES_MAX) {
            throw new IOException(
                    path + " has " + length + " bytes, a socket's path at most " + PATH_BYTES_MAX);
        }
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(path + " is no file in a folder");
        }
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        requirePrivate(folder);
        Files.deleteIfExists(path);
        return new LocalSocket(path, new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()));
    }

    private static void requirePrivate(Path folder) throws IOException {
        var others =
                EnumSet.of(
                        PosixFilePermission.GROUP_EXECUTE,
                        PosixFilePermission.OTHERS_EXECUTE,
                        PosixFilePermission.GROUP_WRITE,
                        PosixFilePermission.OTHERS_WRITE);
        others.retainAll(Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS));
        if (!others.isEmpty() || !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(folder + " can be entered by others (chmod 700 " + folder + ")");
        }
    }

    /// A server there; it has no port.
    NettyServerBuilder builder() {
        return NettyServerBuilder.forAddress(
                        UnixDomainSocketAddress.of(path), InsecureServerCredentials.create())
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops);
    }

    /// Removes the socket, once its server has ended.
    @Override
    public void close() {
        var _ = loops.shutdownGracefully();
        try {
            Files.deleteIfExists(path);
        } catch (IOException _) {
            // The next server removes it.
        }
    }
}

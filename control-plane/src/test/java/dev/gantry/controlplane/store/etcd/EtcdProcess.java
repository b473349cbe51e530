package dev.gantry.controlplane.store.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A real etcd of one member for tests, on free ports of the loopback, with its data in a directory
/// of its own. Needs `etcd` on the path (Debian: etcd-server).
public final class EtcdProcess implements AutoCloseable {
    private final Path directory;
    private final int clientPort;
    private final int peerPort;
    private final Optional<EtcdOptions.Tls> tls;
    private Process process;

    private EtcdProcess(Path directory, Optional<EtcdOptions.Tls> tls) {
        this.directory = directory;
        this.tls = tls;
        this.clientPort = freePort();
        this.peerPort = freePort();
        this.process = launch();
    }

    /// Starts one without TLS in a temporary directory. A client need not wait: calls do.
    public static EtcdProcess start() {
        return start(Optional.empty());
    }

    /// Starts one in a temporary directory.
    ///
    /// @param tls the server's files, which clients must have theirs signed by the authority of
    public static EtcdProcess start(Optional<EtcdOptions.Tls> tls) {
        try {
            return new EtcdProcess(Files.createTempDirectory("gantry-etcd-"), tls);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI endpoint() {
        return URI.create((tls.isPresent() ? "https" : "http") + "://127.0.0.1:" + clientPort);
    }

    /// Options of a client without TLS.
    public EtcdOptions options() {
        return EtcdOptions.of(List.of(endpoint()), Optional.empty());
    }

    /// Ends it as `kill -9` does, and waits until it is gone.
    public void kill() {
        process.destroyForcibly();
        await(process);
    }

    /// Stops it by SIGTERM, and waits until it is gone.
    public void stop() {
        process.destroy();
        await(process);
    }

    /// Starts it again on its data and ports.
    public void restart() {
        process = launch();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(Process process) {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("etcd " + process.pid() + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Process launch() {
        List<String> command = new ArrayList<>();
        command.add("etcd");
        command.add("--name=test");
        command.add("--data-dir=" + directory.resolve("data"));
        command.add("--listen-client-urls=" + endpoint());
        command.add("--advertise-client-urls=" + endpoint());
        command.add("--listen-peer-urls=http://127.0.0.1:" + peerPort);
        command.add("--initial-advertise-peer-urls=http://127.0.0.1:" + peerPort);
        command.add("--initial-cluster=test=http://127.0.0.1:" + peerPort);
        command.add("--logger=zap");
        tls.ifPresent(files -> {
            command.add("--client-cert-auth");
            command.add("--trusted-ca-file=" + files.authority());
            command.add("--cert-file=" + files.certificate());
            command.add("--key-file=" + files.key());
        });
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(
                                    directory.resolve("etcd.log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("failed to start etcd, is it installed", e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.gantry.agent.work;

import com.google.protobuf.ByteString;
import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.session.PortStreams;
import dev.gantry.agent.session.TunnelClosedException;
import dev.gantry.agent.session.WorkException;
import dev.gantry.agent.session.WorkException.Reason;
import dev.gantry.agent.sys.Syscalls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Carries one connection to a port of a pod. It is made inside the pod's network namespace, so
/// that services which listen on 127.0.0.1 only are reached too.
final class PortForwards {
    private static final int CONNECT_MILLIS = 10_000;
    private static final int CHUNK = 32 << 10;

    private final Syscalls syscalls;

    PortForwards(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    void carry(Sandbox sandbox, String address, int port, PortStreams streams)
            throws InterruptedException {
        try (var socket = connect(sandbox, address, port)) {
            streams.connected();
            var up = Thread.ofVirtual().name("forward-" + port).start(() -> up(socket, streams));
            try {
                var buffer = new byte[CHUNK];
                var in = socket.getInputStream();
                int n;
                while ((n = in.read(buffer)) >= 0) {
                    streams.write(ByteString.copyFrom(buffer, 0, n));
                }
                streams.closeOutput();
                up.join();
            } finally {
                up.interrupt();
            }
        } catch (IOException e) {
            throw new WorkException(
                    Reason.UNAVAILABLE,
                    "connection to port %d of the pod failed: %s".formatted(port, e.getMessage()),
                    e);
        }
    }

    private static void up(Socket socket, PortStreams streams) {
        try {
            Optional<ByteString> data = streams.read();
            while (data.isPresent()) {
                data.get().writeTo(socket.getOutputStream());
                socket.getOutputStream().flush();
                data = streams.read();
            }
            socket.shutdownOutput();
        } catch (IOException e) {
            // The other direction ends too, and tells.
        } catch (TunnelClosedException e) {
            close(socket);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing is left to close.
        }
    }

    private Socket connect(Sandbox sandbox, String address, int port)
            throws IOException, InterruptedException {
        if (sandbox.hostNetwork()) {
            return dial("127.0.0.1", port);
        }
        var result = new AtomicReference<Socket>();
        var failure = new AtomicReference<Exception>();
        // A socket belongs to the namespace of the thread that makes it; the thread ends there.
        var thread =
                Thread.ofPlatform()
                        .name("connect-" + sandbox.id())
                        .start(() -> {
                            try {
                                enter(sandbox);
                                result.set(first(address, port));
                            } catch (IOException | RuntimeException e) {
                                failure.set(e);
                            }
                        });
        thread.join();
        var socket = result.get();
        if (socket != null) {
            return socket;
        }
        throw failure.get() instanceof IOException e
                ? e
                : new IOException("the pod's network cannot be entered", failure.get());
    }

    private void enter(Sandbox sandbox) {
        int fd = syscalls.open(sandbox.pin("net").toString(), Syscalls.O_RDONLY, 0);
        try {
            syscalls.setns(fd, Syscalls.CLONE_NEWNET);
        } finally {
            syscalls.close(fd);
        }
    }

    private static Socket first(String address, int port) throws IOException {
        try {
            return dial("127.0.0.1", port);
        } catch (IOException e) {
            if (address.isEmpty()) {
                throw e;
            }
            return dial(address, port);
        }
    }

    private static Socket dial(String host, int port) throws IOException {
        var socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}

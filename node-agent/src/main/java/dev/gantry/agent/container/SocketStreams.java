package dev.gantry.agent.container;

import com.google.protobuf.ByteString;
import dev.gantry.agent.sys.Syscalls;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// [AttachedStreams] over the shim's unix socket: frames of one byte of kind, four of length
/// (little endian) and payload, both ways.
final class SocketStreams implements AttachedStreams {
    private static final int STDIN = 0;
    private static final int STDERR = 2;
    private static final int STDIN_END = 3;
    private static final int RESIZE = 4;
    private static final int HEAD_BYTES = 5;
    private static final int FRAME_BYTES_MAX = 16_384;
    private static final int LENGTH_MAX = 1 << 17;

    private final SocketChannel channel;
    private final ReentrantLock writing = new ReentrantLock();

    private SocketStreams(SocketChannel channel) {
        this.channel = channel;
    }

    /// Connects to the socket in a container's directory, whose path may be longer than a socket's.
    static SocketStreams connect(Syscalls syscalls, Path directory) {
        int fd = syscalls.open(directory.toString(), Syscalls.O_PATH | Syscalls.O_DIRECTORY, 0);
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of("/proc/self/fd/" + fd + "/attach.sock"));
            return new SocketStreams(channel);
        } catch (IOException e) {
            throw new LaunchException("attach", 0, "the container does not run any more");
        } finally {
            syscalls.close(fd);
        }
    }

    @Override
    public Optional<Chunk> next() {
        try {
            var head = ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            if (!fill(head)) {
                return Optional.empty();
            }
            int kind = head.get();
            int length = head.getInt();
            if (length < 0 || length > LENGTH_MAX) {
                return Optional.empty();
            }
            var payload = ByteBuffer.allocate(length);
            if (!fill(payload)) {
                return Optional.empty();
            }
            return Optional.of(new Chunk(kind == STDERR, ByteString.copyFrom(payload)));
        } catch (IOException e) {
            // The shim closes when the container ends, whatever it still had to send us.
            return Optional.empty();
        }
    }

    private boolean fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                return false;
            }
        }
        buffer.flip();
        return true;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        for (int at = offset; at < offset + length; at += FRAME_BYTES_MAX) {
            int part = Math.min(FRAME_BYTES_MAX, offset + length - at);
            send(STDIN, ByteBuffer.wrap(bytes, at, part));
        }
    }

    @Override
    public void closeStdin() {
        send(STDIN_END, ByteBuffer.allocate(0));
    }

    @Override
    public void resize(int columns, int rows) {
        var size = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        send(RESIZE, size.putShort((short) columns).putShort((short) rows).flip());
    }

    private void send(int kind, ByteBuffer payload) {
        var frame =
                ByteBuffer.allocate(HEAD_BYTES + payload.remaining())
                        .order(ByteOrder.LITTLE_ENDIAN);
        frame.put((byte) kind).putInt(payload.remaining()).put(payload).flip();
        writing.lock();
        try {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        } catch (IOException e) {
            // The container has ended: what is typed now has no reader.
            return;
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("failed to detach", e);
        }
    }
}

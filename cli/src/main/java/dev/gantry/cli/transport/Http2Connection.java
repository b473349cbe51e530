package dev.gantry.cli.transport;

import dev.gantry.cli.transport.HpackTables.Header;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The client's side of one HTTP/2 connection (RFC 9113): streams, flow control and the
/// connection's own frames. A thread of its own reads; any thread writes, one at a time.
/// Thread-safe.
final class Http2Connection {

    /// What the other side may send of one stream before we have taken it.
    static final int STREAM_WINDOW = 1 << 20;

    private static final int WINDOW_INITIAL = 65_535;
    private static final int CONNECTION_WINDOW = 16 << 20;
    private static final int HEADER_BLOCK_MAX = 256 * 1024;
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SETTING_HEADER_TABLE_SIZE = 1;
    private static final int SETTING_ENABLE_PUSH = 2;
    private static final int SETTING_INITIAL_WINDOW = 4;

    private final Connection connection;
    private final DataInputStream in;
    private final OutputStream out;
    private final Map<Integer, Http2Stream> streams = new HashMap<>();
    private final Object writing = new Object();
    private int nextStream = 1;
    private int sendWindow = WINDOW_INITIAL;
    private int streamSendWindow = WINDOW_INITIAL;
    private int received;
    private @Nullable IOException failure;

    /// @param connection whose other end speaks HTTP/2
    Http2Connection(Connection connection) throws IOException {
        this.connection = connection;
        this.in = new DataInputStream(new BufferedInputStream(connection.in(), 32 * 1024));
        this.out = connection.out();
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        first.writeBytes(PREFACE);
        first.writeBytes(new Frame(Frame.SETTINGS, 0, 0, settings()).bytes());
        byte[] window = Frame.bytesOf(CONNECTION_WINDOW - WINDOW_INITIAL);
        first.writeBytes(new Frame(Frame.WINDOW_UPDATE, 0, 0, window).bytes());
        write(first.toByteArray());
        Thread.ofPlatform().daemon().name("http2-reader").start(this::read);
    }

    private static byte[] settings() {
        byte[] bytes = new byte[18];
        putSetting(bytes, 0, SETTING_HEADER_TABLE_SIZE, 0);
        putSetting(bytes, 6, SETTING_ENABLE_PUSH, 0);
        putSetting(bytes, 12, SETTING_INITIAL_WINDOW, STREAM_WINDOW);
        return bytes;
    }

    private static void putSetting(byte[] bytes, int offset, int name, int value) {
        bytes[offset] = (byte) (name >> 8);
        bytes[offset + 1] = (byte) name;
        Frame.putInt(bytes, offset + 2, value);
    }

    /// Whether new streams can be opened.
    synchronized boolean isOpen() {
        return failure == null;
    }

    /// Opens a stream with its request headers.
    Http2Stream open(List<Header> headers, Http2Stream.Listener listener) throws IOException {
        byte[] block = Hpack.encode(headers);
        if (block.length > Frame.PAYLOAD_MAX) {
            throw new IOException("request headers of " + block.length + " bytes");
        }
        // Streams must open in the order of their numbers: numbered and written under one lock.
        synchronized (writing) {
            Http2Stream stream;
            synchronized (this) {
                if (failure != null) {
                    throw failure;
                }
                stream = new Http2Stream(this, nextStream, streamSendWindow, listener);
                streams.put(nextStream, stream);
                nextStream += 2;
            }
            write(new Frame(Frame.HEADERS, Frame.END_HEADERS, stream.id(), block).bytes());
            return stream;
        }
    }

    /// Takes up to `wanted` bytes from the connection's window; 0 when it is empty: the streams are
    /// told when it opens.
    synchronized int takeWindow(int wanted) {
        int taken = Math.clamp(sendWindow, 0, wanted);
        sendWindow -= taken;
        return taken;
    }

    void send(int type, int flags, int stream, byte[] payload) throws IOException {
        write(new Frame(type, flags, stream, payload).bytes());
    }

    /// Forgets a stream that has ended.
    synchronized void forget(Http2Stream stream) {
        streams.remove(stream.id());
    }

    /// Ends the connection and every stream with it.
    void close() {
        fail(new IOException("the connection was closed"));
        try {
            connection.closing().close();
        } catch (IOException _) {
            // Whatever was wrong with it, it is gone now.
        }
    }

    private void write(byte[] bytes) throws IOException {
        synchronized (writing) {
            out.write(bytes);
            out.flush();
        }
    }

    private void read() {
        try {
            while (true) {
                handle(Frame.read(in));
            }
        } catch (EOFException e) {
            fail(new IOException("the server closed the connection", e));
        } catch (IOException e) {
            fail(e);
        }
    }

    private void fail(IOException cause) {
        List<Http2Stream> ended;
        synchronized (this) {
            if (failure == null) {
                failure = cause;
            }
            ended = new ArrayList<>(streams.values());
            streams.clear();
        }
        ended.forEach(stream -> stream.failed(cause));
    }

    private void handle(Frame frame) throws IOException {
        switch (frame.type()) {
            case Frame.DATA -> data(frame);
            case Frame.HEADERS -> headers(frame);
            case Frame.RST_STREAM -> {
                Http2Stream stream = stream(frame.stream());
                if (stream != null) {
                    stream.reset(frame.number(0));
                }
            }
            case Frame.SETTINGS -> peerSettings(frame);
            case Frame.PING -> {
                if (!frame.has(Frame.ACK)) {
                    send(Frame.PING, Frame.ACK, 0, frame.payload());
                }
            }
            case Frame.GOAWAY -> goAway(frame);
            case Frame.WINDOW_UPDATE -> windowUpdate(frame);
            case Frame.PUSH_PROMISE, Frame.CONTINUATION ->
                    throw new Http2Exception("a frame of type " + frame.type() + " out of place");
            // Unknown types are to be ignored (RFC 9113, section 4.1), and so are priorities.
            default -> {}
        }
    }

    private void data(Frame frame) throws IOException {
        received += frame.payload().length;
        if (received >= CONNECTION_WINDOW / 2) {
            send(Frame.WINDOW_UPDATE, 0, 0, Frame.bytesOf(received));
            received = 0;
        }
        Http2Stream stream = stream(frame.stream());
        if (stream != null) {
            stream.data(frame.content(), frame.payload().length, frame.has(Frame.END_STREAM));
        }
    }

    private void headers(Frame first) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(first.content());
        Frame frame = first;
        while (!frame.has(Frame.END_HEADERS)) {
            frame = Frame.read(in);
            if (frame.type() != Frame.CONTINUATION || frame.stream() != first.stream()) {
                throw new Http2Exception("a header block that is cut short");
            }
            block.writeBytes(frame.payload());
            if (block.size() > HEADER_BLOCK_MAX) {
                throw new Http2Exception("a header block that is too large");
            }
        }
        List<Header> headers = Hpack.decode(block.toByteArray());
        Http2Stream stream = stream(first.stream());
        if (stream != null) {
            stream.headers(headers, first.has(Frame.END_STREAM));
        }
    }

    private void peerSettings(Frame frame) throws IOException {
        if (frame.has(Frame.ACK)) {
            return;
        }
        for (int at = 0; at + 6 <= frame.payload().length; at += 6) {
            int name = ((frame.payload()[at] & 0xff) << 8) | (frame.payload()[at + 1] & 0xff);
            if (name == SETTING_INITIAL_WINDOW) {
                changeStreamWindows(frame.number(at + 2));
            }
        }
        send(Frame.SETTINGS, Frame.ACK, 0, new byte[0]);
    }

    private void changeStreamWindows(int size) {
        int change;
        List<Http2Stream> open;
        synchronized (this) {
            change = size - streamSendWindow;
            streamSendWindow = size;
            open = new ArrayList<>(streams.values());
        }
        open.forEach(stream -> stream.windowOpened(change));
    }

    private void goAway(Frame frame) throws IOException {
        int last = frame.number(0);
        IOException cause = new IOException("the server is shutting down");
        List<Http2Stream> refused = new ArrayList<>();
        synchronized (this) {
            if (failure == null) {
                failure = cause;
            }
            streams.values().stream().filter(s -> s.id() > last).forEach(refused::add);
        }
        refused.forEach(stream -> stream.failed(cause));
    }

    private void windowUpdate(Frame frame) throws IOException {
        int size = frame.number(0);
        if (frame.stream() != 0) {
            Http2Stream stream = stream(frame.stream());
            if (stream != null) {
                stream.windowOpened(size);
            }
            return;
        }
        List<Http2Stream> open;
        synchronized (this) {
            sendWindow += size;
            open = new ArrayList<>(streams.values());
        }
        open.forEach(stream -> stream.windowOpened(0));
    }

    private synchronized @Nullable Http2Stream stream(int id) {
        return streams.get(id);
    }
}

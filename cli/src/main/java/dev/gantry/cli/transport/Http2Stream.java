package dev.gantry.cli.transport;

import dev.gantry.cli.transport.HpackTables.Header;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/// One stream of a connection. What is sent waits here until both windows have room. Thread-safe;
/// the listener is called by the connection's reader.
final class Http2Stream {

    /// Above so many bytes that wait, a writer should hold back.
    private static final int READY_MAX = 64 * 1024;

    private static final int CODE_CANCEL = 8;

    /// Hears what arrives.
    interface Listener {
        void headers(List<Header> headers, boolean end);

        void data(byte[] bytes, int credit, boolean end);

        /// The stream ended without headers that say why.
        void broken(IOException cause);

        /// There is room to send again.
        void ready();
    }

    private record Chunk(byte[] bytes, boolean end) {}

    private final Http2Connection connection;
    private final int id;
    private final Listener listener;
    private final Deque<Chunk> waiting = new ArrayDeque<>();
    private int window;
    private int waitingBytes;
    // Of the first chunk that waits.
    private int firstSent;
    private int uncredited;
    private boolean sentEnd;
    private boolean over;

    Http2Stream(Http2Connection connection, int id, int window, Listener listener) {
        this.connection = connection;
        this.id = id;
        this.window = window;
        this.listener = listener;
    }

    int id() {
        return id;
    }

    /// Sends bytes now or when there is room; with `end`, nothing follows.
    void send(byte[] bytes, boolean end) {
        synchronized (this) {
            if (over || sentEnd) {
                return;
            }
            sentEnd = end;
            waiting.add(new Chunk(bytes, end));
            waitingBytes += bytes.length;
        }
        drain();
    }

    /// Whether little enough waits to be sent.
    synchronized boolean isReady() {
        return !over && waitingBytes < READY_MAX;
    }

    /// Tells the peer that it may send as many bytes again.
    void credit(int bytes) {
        int grant;
        synchronized (this) {
            uncredited += bytes;
            if (over || uncredited < Http2Connection.STREAM_WINDOW / 4) {
                return;
            }
            grant = uncredited;
            uncredited = 0;
        }
        try {
            connection.send(Frame.WINDOW_UPDATE, 0, id, Frame.bytesOf(grant));
        } catch (IOException e) {
            failed(e);
        }
    }

    /// Ends the stream at once; the listener hears no more.
    void cancel() {
        if (!finish()) {
            return;
        }
        try {
            connection.send(Frame.RST_STREAM, 0, id, Frame.bytesOf(CODE_CANCEL));
        } catch (IOException _) {
            // The connection is gone, and the stream with it.
        }
    }

    void headers(List<Header> headers, boolean end) {
        if (end && !finish()) {
            return;
        }
        listener.headers(headers, end);
    }

    void data(byte[] bytes, int credit, boolean end) {
        if (end && !finish()) {
            return;
        }
        listener.data(bytes, credit, end);
    }

    void reset(int code) {
        if (finish()) {
            listener.broken(new Http2Exception("the server reset the stream, code " + code));
        }
    }

    void failed(IOException cause) {
        if (finish()) {
            listener.broken(cause);
        }
    }

    void windowOpened(int size) {
        synchronized (this) {
            window += size;
        }
        if (drain()) {
            listener.ready();
        }
    }

    private boolean finish() {
        synchronized (this) {
            if (over) {
                return false;
            }
            over = true;
            waiting.clear();
            waitingBytes = 0;
        }
        connection.forget(this);
        return true;
    }

    // True when the last of what waited went out. Held through the write, so that chunks keep their
    // order.
    private synchronized boolean drain() {
        boolean sent = false;
        try {
            while (!waiting.isEmpty() && !over) {
                Chunk chunk = waiting.getFirst();
                int left = chunk.bytes().length - firstSent;
                int wanted = Math.min(Math.min(left, window), Frame.PAYLOAD_MAX);
                int size = wanted <= 0 ? 0 : connection.takeWindow(wanted);
                if (size == 0 && left > 0) {
                    return false;
                }
                byte[] part = Arrays.copyOfRange(chunk.bytes(), firstSent, firstSent + size);
                boolean whole = size == left;
                firstSent = whole ? 0 : firstSent + size;
                if (whole) {
                    waiting.removeFirst();
                }
                window -= size;
                waitingBytes -= size;
                int flags = whole && chunk.end() ? Frame.END_STREAM : 0;
                connection.send(Frame.DATA, flags, id, part);
                sent = true;
            }
        } catch (IOException _) {
            // The reader finds the connection broken too, and ends every stream with the cause.
            return false;
        }
        return sent;
    }
}

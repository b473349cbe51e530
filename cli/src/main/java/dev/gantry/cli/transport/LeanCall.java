package dev.gantry.cli.transport;

import dev.gantry.cli.transport.HpackTables.Header;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One gRPC call (gRPC over HTTP/2 protocol). Messages are handed to the listener as it asks for
/// them; the peer gets credit for what was handed over, so that a slow reader holds it back.
final class LeanCall<Q, A> extends ClientCall<Q, A> implements Http2Stream.Listener {

    private static final int PREFIX = 5;
    private static final int MESSAGE_MAX = 16 << 20;
    // Whole messages of so many bytes wait for their reader before the sender is held back.
    private static final int WAITING_MAX = 256 * 1024;

    private final LeanChannel channel;
    private final MethodDescriptor<Q, A> method;
    private final CallOptions options;
    private final SerialExecutor executor;
    private final MessageBuffer messages = new MessageBuffer(MESSAGE_MAX);
    private ClientCall.@Nullable Listener<A> listener;
    private @Nullable Http2Stream stream;
    private @Nullable Status ending;
    private Metadata trailers = new Metadata();
    private int requested;
    private int owed;
    private boolean gotHeaders;
    private boolean closed;
    private boolean halfClosed;
    private Runnable deadline = () -> {};

    LeanCall(LeanChannel channel, MethodDescriptor<Q, A> method, CallOptions options) {
        this.channel = channel;
        this.method = method;
        this.options = options;
        Executor given = options.getExecutor();
        this.executor = new SerialExecutor(given != null ? given : Runnable::run);
    }

    @Override
    public void start(ClientCall.Listener<A> responses, Metadata headers) {
        listener = responses;
        Deadline until = options.getDeadline();
        if (until != null && until.isExpired()) {
            end(Status.DEADLINE_EXCEEDED.withDescription("no time was left for the call"));
            return;
        }
        try {
            Http2Stream opened = channel.connection().open(requestHeaders(headers, until), this);
            synchronized (this) {
                stream = opened;
            }
        } catch (IOException e) {
            end(Status.UNAVAILABLE.withDescription(channel.unreachable(e)).withCause(e));
            return;
        }
        if (until != null) {
            Runnable cancel =
                    channel.after(until.timeRemaining(TimeUnit.MILLISECONDS), this::expire);
            synchronized (this) {
                deadline = cancel;
                if (closed) {
                    cancel.run();
                }
            }
        }
    }

    private void expire() {
        cancelWith(
                Status.DEADLINE_EXCEEDED.withDescription(
                        channel.target() + " did not answer in time"));
    }

    private List<Header> requestHeaders(Metadata metadata, @Nullable Deadline until) {
        List<Header> headers = new ArrayList<>();
        headers.add(new Header(":method", "POST"));
        headers.add(new Header(":scheme", "https"));
        headers.add(new Header(":path", "/" + method.getFullMethodName()));
        headers.add(new Header(":authority", channel.authority()));
        headers.add(new Header("te", "trailers"));
        headers.add(new Header("content-type", "application/grpc"));
        headers.add(new Header("user-agent", "gantry"));
        if (until != null) {
            long millis = Math.max(1, until.timeRemaining(TimeUnit.MILLISECONDS));
            headers.add(new Header("grpc-timeout", Math.min(millis, 99_999_999) + "m"));
        }
        for (String name : metadata.keys()) {
            if (!name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                String value =
                        metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
                headers.add(new Header(name, value == null ? "" : value));
            }
        }
        return headers;
    }

    @Override
    public void request(int count) {
        synchronized (this) {
            requested = (int) Math.min(Integer.MAX_VALUE, (long) requested + count);
        }
        deliver();
    }

    @Override
    public void sendMessage(Q message) {
        try (InputStream in = method.streamRequest(message)) {
            byte[] body = in.readAllBytes();
            byte[] framed = new byte[PREFIX + body.length];
            Frame.putInt(framed, 1, body.length);
            System.arraycopy(body, 0, framed, PREFIX, body.length);
            Http2Stream to = current();
            if (to != null) {
                to.send(framed, false);
            }
        } catch (IOException e) {
            cancelWith(
                    Status.INTERNAL.withDescription("failed to serialize a message").withCause(e));
        }
    }

    @Override
    public void halfClose() {
        Http2Stream to = current();
        if (to != null && !halfClosed) {
            halfClosed = true;
            to.send(new byte[0], true);
        }
    }

    @Override
    public boolean isReady() {
        Http2Stream to = current();
        return to != null && to.isReady();
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        cancelWith(Status.CANCELLED.withDescription(message).withCause(cause));
    }

    private void cancelWith(Status status) {
        Http2Stream to = current();
        if (to != null) {
            to.cancel();
        }
        end(status);
    }

    private synchronized @Nullable Http2Stream current() {
        return stream;
    }

    @Override
    public void headers(List<Header> headers, boolean end) {
        Metadata metadata = Statuses.metadata(headers);
        if (!end) {
            boolean first = !gotHeaders;
            gotHeaders = true;
            var to = listener;
            if (first && to != null) {
                executor.enqueue(() -> to.onHeaders(metadata));
                executor.run();
            }
            return;
        }
        synchronized (this) {
            trailers = metadata;
            ending = Statuses.status(headers, gotHeaders);
        }
        deliver();
    }

    @Override
    public void data(byte[] bytes, int credit, boolean end) {
        Status malformed;
        int paid;
        synchronized (this) {
            malformed = messages.add(bytes);
            owed += credit;
            paid = payable();
            if (end && ending == null) {
                ending = Status.INTERNAL.withDescription("the answer ended without a status");
            }
        }
        Http2Stream from = current();
        if (from != null && paid > 0) {
            from.credit(paid);
        }
        if (malformed != null) {
            cancelWith(malformed);
        } else {
            deliver();
        }
    }

    // While the reader keeps up, bytes are paid for as they come: a message may be larger than the
    // window. Whole messages that wait for their reader hold the sender back.
    private int payable() {
        if (messages.waitingBytes() > WAITING_MAX) {
            return 0;
        }
        int paid = owed;
        owed = 0;
        return paid;
    }

    @Override
    public void broken(IOException cause) {
        end(Status.UNAVAILABLE.withDescription(channel.unreachable(cause)).withCause(cause));
    }

    @Override
    public void ready() {
        var to = listener;
        if (to != null && isReady()) {
            executor.enqueue(to::onReady);
            executor.run();
        }
    }

    // Callbacks are put in line under the lock, so that two threads cannot change their order, and
    // run after it was let go.
    private void deliver() {
        int paid = 0;
        synchronized (this) {
            var to = listener;
            while (!closed && to != null && requested > 0) {
                byte[] message = messages.poll();
                if (message == null) {
                    break;
                }
                requested--;
                executor.enqueue(() ->
                        to.onMessage(method.parseResponse(new ByteArrayInputStream(message))));
            }
            paid = payable();
            if (ending != null && messages.isEmpty()) {
                close(ending);
            }
        }
        Http2Stream from = current();
        if (from != null && paid > 0) {
            from.credit(paid);
        }
        executor.run();
    }

    private void end(Status status) {
        synchronized (this) {
            close(status);
        }
        executor.run();
    }

    private void close(Status status) {
        if (closed) {
            return;
        }
        closed = true;
        deadline.run();
        var to = listener;
        Metadata last = trailers;
        if (to != null) {
            executor.enqueue(() -> to.onClose(status, last));
        }
    }

    /// The text of a `grpc-message`, whose bytes are percent-encoded UTF-8.
    static String decodeMessage(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int code = c == '%' && i + 2 < text.length() ? hex(text, i + 1) : -1;
            if (code >= 0) {
                bytes.write(code);
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static int hex(String text, int at) {
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }
}

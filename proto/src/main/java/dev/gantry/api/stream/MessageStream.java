package dev.gantry.api.stream;

import io.grpc.Status;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One end of a bidirectional call: reading waits for the peer's next message, writing waits until
/// the transport takes more. At most [#PREFETCH] messages wait unread, so that a slow reader slows
/// its peer down and nothing queues without bound. Thread-safe; several threads may write.
///
/// Every method but the closing ones throws [StatusRuntimeException] once the call has failed or
/// was cancelled, by either end.
///
/// @param <I> what the peer sends
/// @param <O> what this end sends
public final class MessageStream<I, O> {
    /// Enough that a reader seldom waits for a round trip, few enough to stay below a megabyte.
    static final int PREFETCH = 8;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<I> inbox = new ArrayDeque<>();
    private final List<Runnable> closedHooks = new ArrayList<>();
    private @Nullable CallStreamObserver<O> out;
    private boolean inboundEnded;
    private boolean outboundEnded;
    private @Nullable Status failure;

    private MessageStream() {}

    /// The server's end of a call; to be made within the method that gRPC calls, which then returns
    /// [#inbound()].
    public static <I, O> MessageStream<I, O> serving(StreamObserver<O> responses) {
        var stream = new MessageStream<I, O>();
        var call = (ServerCallStreamObserver<O>) responses;
        stream.out = call;
        call.disableAutoRequest();
        call.setOnReadyHandler(stream::signal);
        call.setOnCancelHandler(
                () -> stream.end(Status.CANCELLED.withDescription("the caller went away")));
        call.request(PREFETCH);
        return stream;
    }

    /// The server's end of a call with one request, to be made within the method that gRPC calls.
    public static <I, O> MessageStream<I, O> answering(StreamObserver<O> responses) {
        var stream = new MessageStream<I, O>();
        var call = (ServerCallStreamObserver<O>) responses;
        stream.out = call;
        stream.inboundEnded = true;
        call.setOnReadyHandler(stream::signal);
        call.setOnCancelHandler(
                () -> stream.end(Status.CANCELLED.withDescription("the caller went away")));
        return stream;
    }

    /// The client's end of a call that is still to be started with [#responses()].
    public static <I, O> MessageStream<I, O> calling() {
        return new MessageStream<>();
    }

    /// What a server method returns to gRPC.
    public StreamObserver<I> inbound() {
        return new Inbound();
    }

    /// What a client's stub method takes.
    public ClientResponseObserver<O, I> responses() {
        return new Responses();
    }

    /// The peer's next message; empty once it has sent all. What came before a failure is read
    /// first.
    public Optional<I> read() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (inbox.isEmpty() && !inboundEnded) {
                throwIfFailed();
                changed.await();
            }
            I message = inbox.pollFirst();
            if (message == null) {
                throwIfFailed();
                return Optional.empty();
            }
            if (!inboundEnded && failure == null) {
                call().request(1);
            }
            return Optional.of(message);
        } finally {
            lock.unlock();
        }
    }

    /// Sends a message once the transport takes it.
    public void write(O message) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            throwIfFailed();
            while (!call().isReady() && !outboundEnded) {
                changed.await();
                throwIfFailed();
            }
            if (outboundEnded) {
                throw Status.FAILED_PRECONDITION
                        .withDescription("the stream was closed for writing")
                        .asRuntimeException();
            }
            call().onNext(message);
        } finally {
            lock.unlock();
        }
    }

    /// Says that this end sends no more. A server's call is over with it. Does nothing when the
    /// call is over already.
    public void complete() {
        lock.lock();
        try {
            if (failure == null && !outboundEnded) {
                outboundEnded = true;
                call().onCompleted();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (call() instanceof ServerCallStreamObserver<?>) {
            runHooks();
        }
    }

    /// Ends the call: a server answers this status, a client cancels with its description. Does
    /// nothing when the call is over already.
    public void fail(Status status) {
        lock.lock();
        try {
            if (failure == null && out != null) {
                if (out instanceof ClientCallStreamObserver<O> client) {
                    client.cancel(status.getDescription(), null);
                } else if (!outboundEnded) {
                    out.onError(status.asRuntimeException());
                }
            }
        } finally {
            lock.unlock();
        }
        end(status);
    }

    /// Whether reading or writing would fail.
    public boolean failed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    /// Runs `hook` once, when the call is over: at once if it is. It must not block.
    public void onClosed(Runnable hook) {
        lock.lock();
        try {
            if (failure == null && !serverEnded()) {
                closedHooks.add(hook);
                return;
            }
        } finally {
            lock.unlock();
        }
        hook.run();
    }

    private boolean serverEnded() {
        return outboundEnded && out instanceof ServerCallStreamObserver<O>;
    }

    private void accept(I message) {
        lock.lock();
        try {
            inbox.addLast(message);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void endInbound() {
        boolean over;
        lock.lock();
        try {
            inboundEnded = true;
            // The server's last word ends a call; a client may still send after its own.
            over = out instanceof ClientCallStreamObserver<O>;
            outboundEnded |= over;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (over) {
            runHooks();
        }
    }

    private void end(Status status) {
        lock.lock();
        try {
            if (failure == null) {
                failure = status;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        runHooks();
    }

    private void runHooks() {
        List<Runnable> hooks;
        lock.lock();
        try {
            hooks = List.copyOf(closedHooks);
            closedHooks.clear();
        } finally {
            lock.unlock();
        }
        hooks.forEach(Runnable::run);
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void throwIfFailed() {
        if (failure != null) {
            throw failure.asRuntimeException();
        }
    }

    private CallStreamObserver<O> call() {
        if (out == null) {
            throw new IllegalStateException("the call was not started");
        }
        return out;
    }

    private class Inbound implements StreamObserver<I> {
        @Override
        public void onNext(I message) {
            accept(message);
        }

        @Override
        public void onError(Throwable cause) {
            end(Status.fromThrowable(cause));
        }

        @Override
        public void onCompleted() {
            endInbound();
        }
    }

    private final class Responses extends Inbound implements ClientResponseObserver<O, I> {
        @Override
        public void beforeStart(ClientCallStreamObserver<O> call) {
            out = call;
            call.disableAutoRequestWithInitial(PREFETCH);
            call.setOnReadyHandler(MessageStream.this::signal);
        }
    }
}

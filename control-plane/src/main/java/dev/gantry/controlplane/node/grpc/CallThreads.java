package dev.gantry.controlplane.node.grpc;

import dev.gantry.api.stream.MessageStream;
import dev.gantry.controlplane.node.NodeRefusedException;
import dev.gantry.controlplane.store.StoreException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves each call on a thread of its own, which is interrupted when the call is over, and turns
/// what it throws into the call's status.
final class CallThreads {
    private static final Logger LOG = LoggerFactory.getLogger(CallThreads.class);

    /// What a call does.
    interface Body {
        void run() throws InterruptedException;
    }

    private final ThreadFactory threads;

    CallThreads(ThreadFactory threads) {
        this.threads = threads;
    }

    /// Runs `body`; the call ends well when it returns, unless it ended the call itself.
    void serve(MessageStream<?, ?> call, Body body) {
        Thread thread =
                threads.newThread(() -> {
                    call.onClosed(Thread.currentThread()::interrupt);
                    try {
                        body.run();
                        call.complete();
                    } catch (InterruptedException _) {
                        call.fail(Status.CANCELLED.withDescription("the call was ended"));
                    } catch (RuntimeException e) {
                        call.fail(statusOf(e));
                    }
                });
        thread.start();
    }

    /// Runs `body` beside a call; when it throws, the call fails.
    Thread beside(MessageStream<?, ?> call, Body body) {
        Thread thread =
                threads.newThread(() -> {
                    try {
                        body.run();
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    } catch (RuntimeException e) {
                        call.fail(statusOf(e));
                    }
                });
        thread.start();
        return thread;
    }

    static Status statusOf(RuntimeException e) {
        return switch (e) {
            case StatusRuntimeException status -> status.getStatus();
            case StoreException store ->
                    Status.UNAVAILABLE.withDescription(
                            "the store does not answer: " + store.getMessage());
            case NodeRefusedException refused ->
                    Status.RESOURCE_EXHAUSTED.withDescription(refused.getMessage());
            default -> {
                LOG.atError().setCause(e).log("a call failed unexpectedly");
                yield Status.INTERNAL.withDescription("the server failed: " + e);
            }
        };
    }
}

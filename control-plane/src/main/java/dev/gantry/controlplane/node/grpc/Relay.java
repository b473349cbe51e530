package dev.gantry.controlplane.node.grpc;

import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.TunnelDown;
import dev.gantry.api.v1.TunnelUp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.function.Function;

/// Carries messages between a call and a tunnel. Each direction waits for its reader, and the end
/// of one side ends the other.
final class Relay {
    private final CallThreads threads;

    Relay(CallThreads threads) {
        this.threads = threads;
    }

    /// Sends what the caller says down the tunnel, on a thread of its own; its half-close as well.
    <I> void down(
            MessageStream<I, ?> call,
            MessageStream<TunnelUp, TunnelDown> tunnel,
            Function<I, TunnelDown> wrap) {
        threads.beside(
                tunnel,
                () -> {
                    try {
                        Optional<I> message = call.read();
                        while (message.isPresent()) {
                            tunnel.write(wrap.apply(message.get()));
                            message = call.read();
                        }
                        tunnel.write(TunnelDown.newBuilder().setEnd(true).build());
                    } catch (StatusRuntimeException e) {
                        // The caller has gone, or the tunnel has ended, which the other direction
                        // reports.
                        tunnel.fail(Status.CANCELLED.withDescription("the caller has gone"));
                    }
                });
    }

    /// Sends what the node says to the caller, on this thread, until the tunnel ends.
    ///
    /// @param unwrap empty for messages that do not belong to this call
    /// @throws StatusRuntimeException the node's refusal, or the tunnel's failure
    <O> void up(
            MessageStream<TunnelUp, TunnelDown> tunnel,
            MessageStream<?, O> call,
            Function<TunnelUp, Optional<O>> unwrap)
            throws InterruptedException {
        call.onClosed(() -> tunnel.fail(Status.CANCELLED.withDescription("the caller has gone")));
        Optional<TunnelUp> message = next(tunnel);
        while (message.isPresent()) {
            Optional<O> response = unwrap.apply(message.get());
            if (response.isPresent()) {
                call.write(response.get());
            }
            message = next(tunnel);
        }
        tunnel.complete();
    }

    /// The next message of a tunnel; its error as an exception.
    static Optional<TunnelUp> next(MessageStream<TunnelUp, TunnelDown> tunnel)
            throws InterruptedException {
        Optional<TunnelUp> message;
        try {
            message = tunnel.read();
        } catch (StatusRuntimeException e) {
            throw Status.UNAVAILABLE
                    .withDescription("the connection with the node was lost")
                    .withCause(e)
                    .asRuntimeException();
        }
        if (message.isPresent() && message.get().hasError()) {
            var error = message.get().getError();
            tunnel.complete();
            throw Status.fromCodeValue(error.getCode())
                    .withDescription(error.getMessage())
                    .asRuntimeException();
        }
        return message;
    }
}

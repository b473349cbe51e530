package dev.gantry.controlplane.node.grpc;

import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.AgentMessage;
import dev.gantry.api.v1.TunnelDown;
import dev.gantry.api.v1.TunnelOrder;
import dev.gantry.api.v1.TunnelUp;
import dev.gantry.controlplane.node.NodeSession;
import dev.gantry.loop.Timer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/// Matches the tunnels that agents open with the orders that asked for them.
final class Tunnels {
    /// A healthy agent answers in milliseconds; one that does not within this is stuck.
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private static final int ID_BYTES = 16;

    private record Waiting(
            String node, CompletableFuture<MessageStream<TunnelUp, TunnelDown>> tunnel) {}

    private final Timer timer;
    private final RandomGenerator random;
    private final ConcurrentHashMap<String, Waiting> waiting = new ConcurrentHashMap<>();

    Tunnels(Timer timer, RandomGenerator random) {
        this.timer = timer;
        this.random = random;
    }

    /// An id that nobody can guess.
    String newId() {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /// Orders a tunnel and waits for it.
    ///
    /// @throws StatusRuntimeException when the node does not open one in time, or is lost
    MessageStream<TunnelUp, TunnelDown> open(NodeSession session, TunnelOrder.Builder order)
            throws InterruptedException {
        String id = newId();
        var future = new CompletableFuture<MessageStream<TunnelUp, TunnelDown>>();
        waiting.put(id, new Waiting(session.node(), future));
        Runnable lost = () -> future.completeExceptionally(unavailable(session.node()));
        session.onClosed(lost);
        try {
            if (!session.order(order.setId(id).build())) {
                throw unavailable(session.node());
            }
            return await(session.node(), future);
        } finally {
            waiting.remove(id);
            session.dropHook(lost);
        }
    }

    /// Gives an order without a tunnel and waits for its one answer.
    ///
    /// @param send gives the order with the listener it gets; false when it cannot be given
    /// @throws StatusRuntimeException when the node does not answer in time, or is lost
    AgentMessage answer(NodeSession session, String id, Predicate<Consumer<AgentMessage>> send)
            throws InterruptedException {
        var future = new CompletableFuture<AgentMessage>();
        Runnable lost = () -> future.completeExceptionally(unavailable(session.node()));
        session.onClosed(lost);
        try {
            if (!send.test(future::complete)) {
                throw unavailable(session.node());
            }
            return await(session.node(), future);
        } finally {
            session.forget(id);
            session.dropHook(lost);
        }
    }

    private <T> T await(String node, CompletableFuture<T> future) throws InterruptedException {
        var late =
                Status.DEADLINE_EXCEEDED
                        .withDescription("node " + node + " does not answer")
                        .asRuntimeException();
        Timer.Scheduled deadline =
                timer.schedule(DEADLINE, () -> future.completeExceptionally(late));
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StatusRuntimeException status) {
                throw status;
            }
            throw new IllegalStateException("an order failed", e);
        } finally {
            deadline.close();
        }
    }

    /// Hands over a tunnel that an agent opened.
    ///
    /// @return false when nobody (any more) waits for it
    boolean opened(String node, String id, MessageStream<TunnelUp, TunnelDown> tunnel) {
        return Optional.ofNullable(waiting.get(id))
                .filter(order -> order.node().equals(node))
                .map(order -> order.tunnel().complete(tunnel))
                .orElse(false);
    }

    static StatusRuntimeException unavailable(String node) {
        return Status.UNAVAILABLE
                .withDescription("node " + node + " is not connected")
                .asRuntimeException();
    }
}

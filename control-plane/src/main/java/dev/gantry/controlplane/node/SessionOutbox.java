package dev.gantry.controlplane.node;

import dev.gantry.api.v1.HeartbeatAck;
import dev.gantry.api.v1.ServerMessage;
import dev.gantry.api.v1.StatusAck;
import java.util.ArrayDeque;
import java.util.Optional;

/// What one session has yet to send, in the order of urgency: acknowledgements, orders, objects.
/// Bounded: acknowledgements replace one another, orders are refused beyond [#ORDERS_MAX], and the
/// feed keeps names only. Not thread-safe.
final class SessionOutbox {
    /// More people than this wait for one node that does not read: the next is told to try later.
    static final int ORDERS_MAX = 256;

    private final NodeFeed feed;
    private final ArrayDeque<ServerMessage> orders = new ArrayDeque<>();
    private long heartbeat;
    private long status;

    SessionOutbox(NodeFeed feed) {
        this.feed = feed;
    }

    NodeFeed feed() {
        return feed;
    }

    void acknowledgeHeartbeat(long sequence) {
        heartbeat = sequence;
    }

    void acknowledgeStatus(long sequence) {
        status = Math.max(status, sequence);
    }

    /// @return false when too many wait already
    boolean order(ServerMessage message) {
        if (orders.size() >= ORDERS_MAX) {
            return false;
        }
        orders.addLast(message);
        return true;
    }

    Optional<ServerMessage> next() {
        var message = ServerMessage.newBuilder();
        if (heartbeat > 0) {
            var ack = HeartbeatAck.newBuilder().setSequence(heartbeat);
            heartbeat = 0;
            return Optional.of(message.setHeartbeatAck(ack).build());
        }
        if (status > 0) {
            var ack = StatusAck.newBuilder().setSequence(status);
            status = 0;
            return Optional.of(message.setStatusAck(ack).build());
        }
        return orders.isEmpty() ? feed.next() : Optional.of(orders.removeFirst());
    }
}

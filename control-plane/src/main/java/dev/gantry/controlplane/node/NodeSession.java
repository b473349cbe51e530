package dev.gantry.controlplane.node;

import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.AgentMessage;
import dev.gantry.api.v1.ImageInventory;
import dev.gantry.api.v1.PodStatusBatch;
import dev.gantry.api.v1.PullOrder;
import dev.gantry.api.v1.RemoveImageOrder;
import dev.gantry.api.v1.ServerMessage;
import dev.gantry.api.v1.TunnelOrder;
import dev.gantry.controlplane.cache.ObjectStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One node's open session: what is to be sent down, what came up, and the orders under way.
///
/// Thread-safe. One thread takes messages to send, one stores status batches, any other may order.
public final class NodeSession {
    /// An agent waits for acknowledgements after two batches; one that does not is broken.
    static final int BATCHES_MAX = 8;

    private final String node;
    private final String replica;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final SessionOutbox outbox;
    private final ArrayDeque<PodStatusBatch> batches = new ArrayDeque<>();
    private final Map<String, Consumer<AgentMessage>> orders = new HashMap<>();
    private final List<Runnable> closedHooks = new ArrayList<>();
    private ImageInventory images;
    private boolean started;
    private @Nullable String closedBecause;

    NodeSession(String node, String replica, ImageInventory images, ObjectStore objects) {
        this.node = node;
        this.replica = replica;
        this.images = images;
        this.outbox = new SessionOutbox(new NodeFeed(node, objects));
    }

    /// The node's name.
    public String node() {
        return node;
    }

    /// What the session key holds while this session stands: unique to it.
    String replica() {
        return replica;
    }

    /// The images that the node holds, as it said last.
    public ImageInventory images() {
        lock.lock();
        try {
            return images;
        } finally {
            lock.unlock();
        }
    }

    /// Lets the messages flow: the welcome, then the snapshot.
    void start(ServerMessage welcome) {
        lock.lock();
        try {
            outbox.order(welcome);
            outbox.feed().restart();
            started = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// An object changed that this node may have to know.
    void changed(ObjectKey key, long revision) {
        lock.lock();
        try {
            if (outbox.feed().changed(key, revision)) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Changes were missed: everything is sent again.
    void resend() {
        lock.lock();
        try {
            outbox.feed().restart();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The next message to send; waits for one. Empty once the session is closed.
    public Optional<ServerMessage> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closedBecause != null) {
                    return Optional.empty();
                }
                Optional<ServerMessage> next = started ? outbox.next() : Optional.empty();
                if (next.isPresent()) {
                    return next;
                }
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The next batch of statuses to store; waits for one. Empty once the session is closed.
    Optional<PodStatusBatch> takeBatch() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (batches.isEmpty() && closedBecause == null) {
                changed.await();
            }
            return closedBecause == null ? Optional.of(batches.removeFirst()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    void acknowledge(long sequence) {
        lock.lock();
        try {
            outbox.acknowledgeStatus(sequence);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void heartbeat(long sequence) {
        lock.lock();
        try {
            outbox.acknowledgeHeartbeat(sequence);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void statuses(PodStatusBatch batch) {
        lock.lock();
        try {
            if (batches.size() < BATCHES_MAX) {
                batches.addLast(batch);
                changed.signalAll();
                return;
            }
        } finally {
            lock.unlock();
        }
        close("the agent sends statuses faster than they are acknowledged");
    }

    void images(ImageInventory inventory) {
        lock.lock();
        try {
            images = inventory;
        } finally {
            lock.unlock();
        }
    }

    /// What the agent says about one order goes to whoever gave it.
    void answered(String order, AgentMessage message) {
        Consumer<AgentMessage> listener;
        lock.lock();
        try {
            listener = orders.get(order);
        } finally {
            lock.unlock();
        }
        if (listener != null) {
            listener.accept(message);
        }
    }

    /// Orders the agent to open a tunnel.
    ///
    /// @return false when the session is closed or too many orders wait
    public boolean order(TunnelOrder order) {
        return order(ServerMessage.newBuilder().setOpenTunnel(order).build());
    }

    /// Orders a pull.
    ///
    /// @param listener hears of its progress; must not block
    /// @return false when the session is closed or too many orders wait
    public boolean order(PullOrder order, Consumer<AgentMessage> listener) {
        return listen(order.getId(), listener)
                && order(ServerMessage.newBuilder().setPull(order).build());
    }

    /// Orders the removal of an image.
    ///
    /// @param listener hears of the result; must not block
    /// @return false when the session is closed or too many orders wait
    public boolean order(RemoveImageOrder order, Consumer<AgentMessage> listener) {
        return listen(order.getId(), listener)
                && order(ServerMessage.newBuilder().setRemoveImage(order).build());
    }

    /// Nobody waits for this order any more.
    public void forget(String order) {
        lock.lock();
        try {
            orders.remove(order);
        } finally {
            lock.unlock();
        }
    }

    private boolean listen(String order, Consumer<AgentMessage> listener) {
        lock.lock();
        try {
            orders.put(order, listener);
            return closedBecause == null;
        } finally {
            lock.unlock();
        }
    }

    private boolean order(ServerMessage message) {
        lock.lock();
        try {
            if (closedBecause != null || !outbox.order(message)) {
                return false;
            }
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the session; does nothing when it has ended.
    ///
    /// @param reason a sentence for the agent's log and for whoever waits for an order
    public void close(String reason) {
        List<Runnable> hooks;
        lock.lock();
        try {
            if (closedBecause != null) {
                return;
            }
            closedBecause = reason;
            changed.signalAll();
            hooks = List.copyOf(closedHooks);
            closedHooks.clear();
        } finally {
            lock.unlock();
        }
        hooks.forEach(Runnable::run);
    }

    /// Why the session ended; empty while it stands.
    public Optional<String> closed() {
        lock.lock();
        try {
            return Optional.ofNullable(closedBecause);
        } finally {
            lock.unlock();
        }
    }

    /// Runs `hook` once when the session ends: at once if it has. It must not block.
    public void onClosed(Runnable hook) {
        lock.lock();
        try {
            if (closedBecause == null) {
                closedHooks.add(hook);
                return;
            }
        } finally {
            lock.unlock();
        }
        hook.run();
    }

    /// Removes what [#onClosed] was given.
    public void dropHook(Runnable hook) {
        lock.lock();
        try {
            closedHooks.remove(hook);
        } finally {
            lock.unlock();
        }
    }
}

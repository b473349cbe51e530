package dev.gantry.controlplane.node;

import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.controlplane.cache.ChangeEvent;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.Subscription;
import dev.gantry.controlplane.event.EventSink;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.loop.Backoff;
import dev.gantry.loop.Outcome;
import dev.gantry.loop.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All that a replica runs for nodes: its sessions, the lease behind them, and the watch over every
/// node's presence. The nodes' life is a reconciler that `Main` gives a queue and a loop.
public final class NodeServices implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeServices.class);
    private static final Backoff STORE_RETRY =
            new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

    private final NodeSessions sessions;
    private final EventSink events;
    private final SessionPresence presence;
    private final NodeLifecycle lifecycle;
    private final ObjectStore objects;
    private final Pause pause;
    private final List<Thread> threads = new ArrayList<>();
    private volatile Subscription nodes;
    private volatile Consumer<String> wakeup = _ -> {};
    private volatile boolean closed;

    /// @param events is run here, too: there is one for the whole replica
    public NodeServices(
            NodeSettings settings,
            Store store,
            ObjectStore objects,
            EventSink events,
            Timer timer,
            InstantSource clock,
            RandomGenerator random) {
        this.objects = objects;
        this.events = events;
        this.pause = new Pause(timer, random);
        this.sessions = new NodeSessions(settings, store, objects, events, pause, clock, random);
        this.presence = new SessionPresence(store, clock, this::present);
        this.lifecycle = new NodeLifecycle(objects, presence, settings.grace());
        this.nodes = watchNodes();
    }

    /// Starts what runs for ever: the lease, the watch of session keys, the writer of events.
    public void start(ThreadFactory factory) {
        for (Runnable loop : List.<Runnable>of(this::keepAlive, this::follow, events::run)) {
            Thread thread = factory.newThread(loop);
            threads.add(thread);
            thread.start();
        }
    }

    public NodeSessions sessions() {
        return sessions;
    }

    /// Marks lost nodes and those that came back; its keys are names of nodes.
    public Outcome reconcile(String node, Instant now) throws InterruptedException {
        return lifecycle.reconcile(node, now);
    }

    /// Tells `queue` of every node whose presence changed or that is new, and of all that exist
    /// now.
    public void onChange(Consumer<String> queue) {
        wakeup = queue;
        objects.list(Kinds.NODE, "")
                .objects()
                .forEach(node -> queue.accept(Meta.of(node).getName()));
    }

    @Override
    public void close() {
        closed = true;
        nodes.close();
        sessions.close();
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Subscription watchNodes() {
        return objects.watch(Kinds.NODE, "", 0, new NodeListener());
    }

    private void present(String node, Optional<String> holder) {
        holder.ifPresent(replica -> sessions.heldBy(node, replica));
        wakeup.accept(node);
    }

    private void keepAlive() {
        untilInterrupted(() -> {
            sessions.keepAlive();
            pause.of(SessionKeys.TIME_TO_LIVE.dividedBy(3));
        });
    }

    private void follow() {
        untilInterrupted(presence::follow);
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private void untilInterrupted(Step step) {
        int failures = 0;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    step.run();
                    failures = 0;
                } catch (StoreException e) {
                    if (e.reason() == StoreException.Reason.CLOSED) {
                        return;
                    }
                    failures++;
                    LOG.atWarn().setCause(e).log("node sessions cannot reach the store");
                    pause.of(STORE_RETRY, failures);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private final class NodeListener implements Subscription.Listener {
        @Override
        public void changed(List<ChangeEvent> changes) {
            changes.forEach(change -> wakeup.accept(change.key().name()));
        }

        @Override
        public void bookmark(long nextRevision) {}

        @Override
        public void closed(Subscription.Reason reason) {
            if (!closed && reason != Subscription.Reason.STOPPED) {
                nodes = watchNodes();
                onChange(wakeup);
            }
        }
    }
}

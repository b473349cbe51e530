package dev.gantry.agent.session;

import dev.gantry.agent.session.ControlPlaneLink.LinkException;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.core.v1.NodeCondition;
import dev.gantry.api.v1.Hello;
import dev.gantry.api.v1.ImageInventory;
import dev.gantry.api.v1.PodStatusReport;
import dev.gantry.loop.Backoff;
import dev.gantry.loop.LogKeys;
import dev.gantry.loop.Timer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The agent's connection with its control plane, kept for as long as the agent lives.
///
/// All report methods return at once and may be called by any thread: what they take is kept (the
/// latest of each pod) and delivered when there is a connection.
public final class ControlPlaneSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPlaneSession.class);

    // A control plane that restarts is found again within a second. A refused connection costs
    // neither side much, so that thousands of nodes may ask that often.
    private static final Backoff RECONNECT =
            new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1));

    private final SessionConfig config;
    private final SessionParts parts;
    private final Checkpoint checkpoint;
    private final RandomGenerator random;
    private final String instance;
    private final ThreadScope loops;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable ControlPlaneLink link;
    private boolean connected;
    private boolean closed;

    /// @param threads makes the session's threads; virtual ones in production
    /// @param timer for back-off and heartbeats
    /// @param clock for the certificate's end
    /// @param random spreads the reconnects of many nodes
    public ControlPlaneSession(
            SessionConfig config,
            NodeWork work,
            ThreadFactory threads,
            Timer timer,
            InstantSource clock,
            RandomGenerator random) {
        this(config, work, new GrpcConnector(config, clock), threads, timer, random);
    }

    /// @param connector opens the links, for worlds without a network
    public ControlPlaneSession(
            SessionConfig config,
            NodeWork work,
            ControlPlaneLink.Connector connector,
            ThreadFactory threads,
            Timer timer,
            RandomGenerator random) {
        this.config = config;
        this.random = random;
        this.checkpoint = new Checkpoint(config.directory());
        this.instance = Long.toHexString(random.nextLong());
        this.loops = new ThreadScope(threads);
        this.parts =
                new SessionParts(
                        work,
                        connector,
                        new Mailbox(),
                        new CheckpointSaver(checkpoint),
                        new OrderRunner(work),
                        new ThreadScope(threads),
                        threads,
                        timer,
                        this::connected);
    }

    /// Hands the checkpoint, if there is one, to [NodeWork#replaceAll] before it returns; then
    /// connects, joining first where that is due, and stays connected.
    public void start() {
        Optional<NodeState> saved = checkpoint.load();
        saved.ifPresent(parts.work()::replaceAll);
        loops.start(() -> run(new LocalState(saved.orElse(null))));
        loops.start(parts.saver()::run);
    }

    /// The latest status of a pod, or that it is gone. Delivered until it is known to be stored.
    public void reportStatus(PodStatusReport report) {
        parts.mailbox().tell(outbox -> outbox.status(report));
    }

    /// Events for people. The oldest are lost when the control plane is away for long.
    public void reportEvents(List<Event> events) {
        parts.mailbox().tell(outbox -> outbox.events(events));
    }

    /// All images that the node holds now.
    public void reportImages(ImageInventory inventory) {
        parts.mailbox().tell(outbox -> outbox.images(inventory));
    }

    /// The node's conditions (pressure of disk, memory, pids); not Ready, which is the server's.
    public void reportConditions(List<NodeCondition> conditions) {
        parts.mailbox().tell(outbox -> outbox.conditions(conditions));
    }

    /// Whether a session stands now: for the agent's readiness and metrics.
    public boolean connected() {
        lock.lock();
        try {
            return connected;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the session and every order under way, and waits for their threads.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (link != null) {
                link.close();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        loops.close();
        parts.orderThreads().close();
    }

    private void run(LocalState state) {
        int failures = 0;
        try {
            while (true) {
                SessionRun session = null;
                String reason;
                try {
                    Hello hello = hello(state);
                    session = new SessionRun(open(), state, parts);
                    session.run(hello);
                    reason = "the control plane ended the session";
                } catch (LinkException | LocalState.OutOfOrderException e) {
                    reason = String.valueOf(e.getMessage());
                } catch (RuntimeException e) {
                    // It may fail the same way each time: the control plane's welcome is no
                    // success.
                    LOG.atError().setCause(e).log("the session failed unexpectedly");
                    reason = e.toString();
                    session = null;
                } finally {
                    connected(false);
                }
                failures = session != null && session.welcomed() ? 1 : failures + 1;
                if (!retryAfter(RECONNECT.delay(failures, random), reason)) {
                    return;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private ControlPlaneLink open() throws InterruptedException {
        ControlPlaneLink opened = parts.connector().connect();
        lock.lock();
        try {
            link = opened;
            if (closed) {
                opened.close();
            }
        } finally {
            lock.unlock();
        }
        return opened;
    }

    private Hello hello(LocalState state) {
        NodeDescription node = parts.work().describe();
        var hello =
                Hello.newBuilder()
                        .setNode(config.nodeName())
                        .setAgentVersion(config.agentVersion())
                        .setStatus(node.status())
                        .putAllLabels(node.labels())
                        .addAllTaints(node.taints())
                        .addAllPodUids(node.podUids())
                        .setImages(node.images())
                        .setInstance(instance);
        state.state().ifPresent(s -> hello.setEpoch(s.epoch()).setRevision(s.revision()));
        return hello.build();
    }

    /// Waits, unless the session is closed.
    ///
    /// @return false when it is
    private boolean retryAfter(Duration delay, String reason) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (closed) {
                return false;
            }
            LOG.atWarn()
                    .addKeyValue(LogKeys.ADDRESS, config.server())
                    .addKeyValue(LogKeys.REASON, reason)
                    .addKeyValue(LogKeys.DELAY, delay)
                    .log("not connected to the control plane, will retry");
            var due = new AtomicBoolean();
            Timer.Scheduled alarm = parts.timer().schedule(delay, () -> wake(due));
            try {
                while (!due.get() && !closed) {
                    changed.await();
                }
            } finally {
                alarm.close();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void wake(AtomicBoolean due) {
        lock.lock();
        try {
            due.set(true);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void connected(boolean now) {
        lock.lock();
        try {
            connected = now;
        } finally {
            lock.unlock();
        }
    }
}

package dev.gantry.agent.session;

import dev.gantry.api.core.v1.Event;
import dev.gantry.api.core.v1.NodeCondition;
import dev.gantry.api.v1.ImageInventory;
import dev.gantry.api.v1.PodStatusReport;
import dev.gantry.loop.Timer;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/// The agent's connection with its control plane, kept for as long as the agent lives.
///
/// All report methods return at once and may be called by any thread: what they take is kept (the
/// latest of each pod) and delivered when there is a connection.
public final class ControlPlaneSession implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Outbox outbox = new Outbox();
    private final Thread thread;

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
        thread = threads.newThread(() -> tell(outbox::reconnected));
    }

    /// Hands the checkpoint, if there is one, to [NodeWork#replaceAll] before it returns; then
    /// connects, joining first where that is due, and stays connected.
    public void start() {
        thread.start();
    }

    /// The latest status of a pod, or that it is gone. Delivered until it is known to be stored.
    public void reportStatus(PodStatusReport report) {
        tell(() -> outbox.status(report));
    }

    /// Events for people. The oldest are lost when the control plane is away for long.
    public void reportEvents(List<Event> events) {
        tell(() -> outbox.events(events));
    }

    /// All images that the node holds now.
    public void reportImages(ImageInventory inventory) {
        tell(() -> outbox.images(inventory));
    }

    /// The node's conditions (pressure of disk, memory, pids); not Ready, which is the server's.
    public void reportConditions(List<NodeCondition> conditions) {
        tell(() -> outbox.conditions(conditions));
    }

    /// Whether a session stands now: for the agent's readiness and metrics.
    public boolean connected() {
        return false;
    }

    @Override
    public void close() {}

    private void tell(Runnable note) {
        lock.lock();
        try {
            note.run();
        } finally {
            lock.unlock();
        }
    }
}

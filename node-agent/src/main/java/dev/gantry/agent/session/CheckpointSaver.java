package dev.gantry.agent.session;

import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Saves states: the node's own part at once, the cluster's part in a thread of its own that leaves
/// out what is replaced meanwhile. A disk that takes nothing stops no pod: the failure is logged
/// and the next change tries again.
final class CheckpointSaver {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointSaver.class);

    private final Checkpoint checkpoint;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable NodeState unsaved;

    CheckpointSaver(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /// Durable when it returns, unless the disk refuses.
    void savePods(NodeState state) {
        try {
            checkpoint.savePods(state);
        } catch (UncheckedIOException e) {
            LOG.atError().setCause(e).log("the node's state could not be saved");
        }
    }

    void clusterChanged(NodeState state) {
        lock.lock();
        try {
            unsaved = state;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Saves the cluster's part whenever it changed, until the thread is interrupted.
    void run() {
        try {
            while (true) {
                NodeState state = take();
                try {
                    checkpoint.saveCluster(state);
                } catch (UncheckedIOException e) {
                    if (e.getCause() instanceof ClosedByInterruptException) {
                        // The agent stops; the next start asks the control plane.
                        return;
                    }
                    LOG.atError().setCause(e).log("the cluster's state could not be saved");
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private NodeState take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            NodeState state = unsaved;
            while (state == null) {
                changed.await();
                state = unsaved;
            }
            unsaved = null;
            return state;
        } finally {
            lock.unlock();
        }
    }
}

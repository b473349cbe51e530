package dev.gantry.controlplane.store.memory;

import dev.gantry.controlplane.store.Change;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.StoreException.Reason;
import dev.gantry.controlplane.store.Watch;
import java.util.List;

/// A position in a [MemoryStore]'s history.
final class MemoryWatch implements Watch {
    private final MemoryStore store;
    private final String prefix;
    private long from;
    private volatile boolean closed;

    /// @param next the revision from which the watch goes on
    record Step(List<Change> changes, long next) {}

    MemoryWatch(MemoryStore store, String prefix, long from) {
        this.store = store;
        this.prefix = prefix;
        this.from = from;
    }

    @Override
    public List<Change> next() throws InterruptedException {
        Step step = store.await(this);
        from = step.next();
        return step.changes();
    }

    @Override
    public void close() {
        closed = true;
        store.wake();
    }

    String prefix() {
        return prefix;
    }

    long from() {
        return from;
    }

    void moveTo(long next) {
        from = next;
    }

    void checkOpen() {
        if (closed) {
            throw new StoreException(Reason.CLOSED, "the watch of " + prefix + " is closed", null);
        }
    }
}

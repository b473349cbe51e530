package dev.gantry.controlplane.store.etcd;

import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.StoreException.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The writes that wait for a transaction. Lanes take batches from it; writes of one key are handed
/// out in their order, the next when the one before has its outcome.
final class PendingWrites {
    // etcd's bounds are 128 operations and 1.5 MiB a request.
    private static final int OPERATIONS_MAX = 128;
    private static final long BYTES_MAX = 1 << 20;

    // Beyond this etcd is so far behind that a caller is better told at once.
    private static final int WAITING_MAX = 50_000;

    // How far a batch is looked for past writes whose keys are under way.
    private static final int LOOKAHEAD = 2_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final ArrayDeque<Unit> waiting = new ArrayDeque<>();
    private final Set<String> busy = new HashSet<>();
    private boolean closed;

    void add(List<Unit> units) {
        lock.lock();
        try {
            if (closed) {
                throw new StoreException(Reason.CLOSED, "the store is closed", null);
            }
            if (waiting.size() + units.size() > WAITING_MAX) {
                throw new StoreException(
                        Reason.UNAVAILABLE,
                        "too many writes wait for etcd: " + waiting.size(),
                        null);
            }
            waiting.addAll(units);
            more.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Waits for writes and takes as many as fit one transaction; empty when closed.
    List<Unit> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                List<Unit> batch = batch();
                if (!batch.isEmpty()) {
                    batch.forEach(unit -> busy.addAll(unit.keys()));
                    if (!waiting.isEmpty()) {
                        more.signal();
                    }
                    return batch;
                }
                more.await();
            }
            return List.of();
        } finally {
            lock.unlock();
        }
    }

    private List<Unit> batch() {
        List<Unit> batch = new ArrayList<>();
        Set<String> taken = new HashSet<>(busy);
        Size size = new Size();
        int looked = 0;
        for (Iterator<Unit> units = waiting.iterator(); units.hasNext() && looked < LOOKAHEAD; ) {
            Unit unit = units.next();
            looked++;
            boolean free = unit.keys().stream().noneMatch(taken::contains);
            // Also where it must wait, so that no later write of its keys overtakes it.
            taken.addAll(unit.keys());
            if (!free) {
                continue;
            }
            if (!batch.isEmpty() && (unit.alone() || !size.fits(unit))) {
                break;
            }
            units.remove();
            batch.add(unit);
            size.add(unit);
            if (unit.alone()) {
                break;
            }
        }
        return batch;
    }

    /// Says that these writes have their outcomes.
    void done(List<Unit> batch) {
        lock.lock();
        try {
            batch.forEach(unit -> busy.removeAll(unit.keys()));
            more.signal();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            more.signalAll();
            Outcome outcome =
                    new Outcome.Failed(
                            new StoreException(Reason.CLOSED, "the store is closed", null));
            waiting.forEach(unit -> unit.fail(outcome));
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    /// How full a transaction is. etcd counts the operations of the outer transaction, which has
    /// the lane's ticket besides the nested ones, and adds those of the largest nested one.
    private static final class Size {
        private int units;
        private int operations;
        private long bytes;

        boolean fits(Unit unit) {
            return units + 2 + Math.max(operations, unit.operations()) <= OPERATIONS_MAX
                    && bytes + unit.size() <= BYTES_MAX;
        }

        void add(Unit unit) {
            units++;
            operations = Math.max(operations, unit.operations());
            bytes += unit.size();
        }
    }
}

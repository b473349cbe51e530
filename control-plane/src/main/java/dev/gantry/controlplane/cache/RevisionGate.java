package dev.gantry.controlplane.cache;

import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.StoreException.Reason;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Lets threads wait until the cache shows a revision. Each wakes once, when its own has come.
final class RevisionGate {
    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Waiter> waiters =
            new PriorityQueue<>(Comparator.comparingLong(Waiter::revision));
    private long shown;
    private boolean closed;

    private record Waiter(long revision, Condition come) {}

    void await(long revision) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (shown >= revision) {
                return;
            }
            Waiter waiter = new Waiter(revision, lock.newCondition());
            waiters.add(waiter);
            try {
                while (shown < revision && !closed) {
                    waiter.come.await();
                }
            } finally {
                waiters.remove(waiter);
            }
            if (shown < revision) {
                throw new StoreException(
                        Reason.CLOSED,
                        "failed to wait for revision " + revision + ": the cache is closed",
                        null);
            }
        } finally {
            lock.unlock();
        }
    }

    void show(long revision) {
        lock.lock();
        try {
            shown = revision;
            while (!waiters.isEmpty() && waiters.peek().revision <= revision) {
                waiters.remove().come.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            waiters.forEach(waiter -> waiter.come.signal());
        } finally {
            lock.unlock();
        }
    }
}

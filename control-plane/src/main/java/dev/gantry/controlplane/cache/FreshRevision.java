package dev.gantry.controlplane.cache;

import dev.gantry.controlplane.store.Store;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Reads the store's newest revision linearizably, once for all that ask at about the same time:
/// who comes while a read is under way shares the next one, since the running one may have begun
/// before a write that must be seen.
final class FreshRevision {
    private final Store store;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition finished = lock.newCondition();
    private long started;
    private long completed;
    private long revision;
    private boolean reading;

    FreshRevision(Store store) {
        this.store = store;
    }

    long read() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long needed = started + 1;
            while (completed < needed) {
                if (reading) {
                    finished.await();
                } else {
                    readForAll();
                }
            }
            return revision;
        } finally {
            lock.unlock();
        }
    }

    // Called and left with the lock held; it is open while the store is asked.
    private void readForAll() throws InterruptedException {
        reading = true;
        long number = ++started;
        lock.unlock();
        long read = 0;
        boolean done = false;
        try {
            read = store.currentRevision();
            done = true;
        } finally {
            lock.lock();
            reading = false;
            if (done) {
                completed = number;
                revision = read;
            }
            finished.signalAll();
        }
    }
}

package dev.gantry.agent.session;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;

/// Threads that end when their owner does.
final class ThreadScope implements AutoCloseable {
    private final ThreadFactory threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Thread> running = new LinkedHashSet<>();
    private boolean closed;

    ThreadScope(ThreadFactory threads) {
        this.threads = threads;
    }

    /// Runs a task on a thread of its own; not at all once the scope is closed.
    void start(Runnable task) {
        Thread thread =
                threads.newThread(() -> {
                    try {
                        task.run();
                    } finally {
                        forget(Thread.currentThread());
                    }
                });
        lock.lock();
        try {
            if (closed) {
                return;
            }
            running.add(thread);
        } finally {
            lock.unlock();
        }
        thread.start();
    }

    /// Interrupts all threads and waits for their end.
    @Override
    public void close() {
        List<Thread> ending;
        lock.lock();
        try {
            closed = true;
            ending = List.copyOf(running);
        } finally {
            lock.unlock();
        }
        ending.forEach(Thread::interrupt);
        try {
            for (Thread thread : ending) {
                thread.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void forget(Thread thread) {
        lock.lock();
        try {
            running.remove(thread);
        } finally {
            lock.unlock();
        }
    }
}

package dev.gantry.cli.transport;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/// Runs actions one after the other, in order, on an executor that may run many at once. Putting in
/// line and running are apart, so that a caller can do the first under its lock.
final class SerialExecutor {

    private final Executor executor;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean running;

    SerialExecutor(Executor executor) {
        this.executor = executor;
    }

    void enqueue(Runnable action) {
        synchronized (waiting) {
            waiting.add(action);
        }
    }

    /// Sees to it that what is in line is run.
    void run() {
        synchronized (waiting) {
            if (running || waiting.isEmpty()) {
                return;
            }
            running = true;
        }
        executor.execute(this::drain);
    }

    private void drain() {
        while (true) {
            Runnable next;
            synchronized (waiting) {
                next = waiting.poll();
                if (next == null) {
                    running = false;
                    return;
                }
            }
            next.run();
        }
    }
}

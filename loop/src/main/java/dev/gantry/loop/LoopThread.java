package dev.gantry.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Steps one controller on a thread of its own, and parks while nothing is due.
///
/// [#close()] interrupts the step that runs and waits for the thread's end.
public final class LoopThread implements AutoCloseable {

    // Due times are read from the clock again at least so often, should the clock be set.
    private static final Duration PARK_MAX = Duration.ofSeconds(30);

    private final Controller<?> controller;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    private final Thread thread;
    private boolean wakeupPending;

    private LoopThread(Controller<?> controller, InstantSource clock, ThreadFactory threads) {
        this.controller = controller;
        this.clock = clock;
        this.thread = threads.newThread(this::run);
    }

    /// Starts to step `controller` on a thread that `threads` makes.
    public static LoopThread start(
            Controller<?> controller, InstantSource clock, ThreadFactory threads) {
        LoopThread loop = new LoopThread(controller, clock, threads);
        controller.queue().onWakeup(loop::wake);
        loop.thread.start();
        return loop;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        lock.lock();
        try {
            wakeupPending = true;
            woken.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (!controller.step()) {
                    park();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void park() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = untilNextDue().toNanos();
            while (!wakeupPending && nanos > 0) {
                nanos = woken.awaitNanos(nanos);
            }
            wakeupPending = false;
        } finally {
            lock.unlock();
        }
    }

    private Duration untilNextDue() {
        Optional<Instant> due = controller.queue().nextDue();
        if (due.isEmpty()) {
            return PARK_MAX;
        }
        Duration left = Duration.between(clock.instant(), due.get());
        return left.compareTo(PARK_MAX) < 0 ? left : PARK_MAX;
    }
}

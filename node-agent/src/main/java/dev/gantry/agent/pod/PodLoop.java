package dev.gantry.agent.pod;

import dev.gantry.loop.FaultHandler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Steps a [PodAgent] on a thread of its own, and parks while nothing is due.
public final class PodLoop implements AutoCloseable {
    // Due times are looked at again at least so often, should the clock be set.
    private static final Duration PARK_MAX = Duration.ofSeconds(30);

    private final PodAgent agent;
    private final InstantSource clock;
    private final FaultHandler faults;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    private final Thread thread;
    private boolean wakeupPending;

    private PodLoop(
            PodAgent agent, InstantSource clock, ThreadFactory threads, FaultHandler faults) {
        this.agent = agent;
        this.clock = clock;
        this.faults = faults;
        this.thread = threads.newThread(this::run);
    }

    /// Begins to step `agent`, which has recovered.
    public static PodLoop start(
            PodAgent agent, InstantSource clock, ThreadFactory threads, FaultHandler faults) {
        var loop = new PodLoop(agent, clock, threads, faults);
        agent.onPost(loop::wake);
        loop.thread.start();
        return loop;
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
        while (!Thread.currentThread().isInterrupted()) {
            try {
                if (!agent.step()) {
                    park();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                faults.handle("pods", "step", e);
            }
        }
    }

    private void park() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = untilDue(clock.instant()).toNanos();
            while (!wakeupPending && nanos > 0) {
                nanos = woken.awaitNanos(nanos);
            }
            wakeupPending = false;
        } finally {
            lock.unlock();
        }
    }

    private Duration untilDue(Instant now) {
        return agent.nextDue()
                .map(due -> Duration.between(now, due))
                .filter(left -> left.compareTo(PARK_MAX) < 0)
                .orElse(PARK_MAX);
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
}

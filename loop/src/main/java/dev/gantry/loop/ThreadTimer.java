package dev.gantry.loop;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// A timer on one daemon thread of its own.
public final class ThreadTimer implements Timer, AutoCloseable {

    private final ScheduledThreadPoolExecutor executor;
    private final FaultHandler faults;

    public ThreadTimer(FaultHandler faults) {
        this.faults = faults;
        this.executor =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("timer").factory());
        executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable action) {
        var future = executor.schedule(() -> run(action), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            faults.handle("timer", "scheduled action", e);
        }
    }
}

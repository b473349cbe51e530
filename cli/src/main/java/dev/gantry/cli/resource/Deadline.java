package dev.gantry.cli.resource;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The end of a wait that looks again and again.
public final class Deadline {
    private static final long PAUSE_MILLIS = 200;

    private final long endNanos;
    private final CountDownLatch never = new CountDownLatch(1);

    public Deadline(Duration timeout) {
        endNanos = System.nanoTime() + timeout.toNanos();
    }

    public boolean isOver() {
        return System.nanoTime() - endNanos >= 0;
    }

    /// Waits a moment.
    ///
    /// @return false when the time is over
    public boolean pause() throws InterruptedException {
        return !isOver() && !never.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
}

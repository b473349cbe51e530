package dev.gantry.e2e.simulation;

import dev.gantry.loop.SimClock;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/// Lets time pass for one thread while others run.
final class SimPause {
    private final SimClock clock;
    private final SplittableRandom random;

    SimPause(SimClock clock, SplittableRandom random) {
        this.clock = clock;
        this.random = random;
    }

    void of(Duration delay) throws InterruptedException {
        var over = new CountDownLatch(1);
        try (var _ = clock.schedule(delay, over::countDown)) {
            over.await();
        }
    }

    /// Waits between no time and `most`.
    void upTo(Duration most) throws InterruptedException {
        of(drawn(most));
    }

    Duration drawn(Duration most) {
        return Duration.ofMillis(random.nextLong(most.toMillis() + 1));
    }

    /// True once in `n` times.
    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }
}

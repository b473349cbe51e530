package dev.gantry.controlplane.node;

import dev.gantry.loop.Backoff;
import dev.gantry.loop.Timer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;

/// Waits by the injected timer, so that waiting costs no time in the simulation.
final class Pause {
    private final Timer timer;
    private final RandomGenerator random;

    Pause(Timer timer, RandomGenerator random) {
        this.timer = timer;
        this.random = random;
    }

    void of(Backoff backoff, int failures) throws InterruptedException {
        of(backoff.delay(failures, random));
    }

    void of(Duration delay) throws InterruptedException {
        var due = new CountDownLatch(1);
        Timer.Scheduled alarm = timer.schedule(delay, due::countDown);
        try {
            due.await();
        } finally {
            alarm.close();
        }
    }
}

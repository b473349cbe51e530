package dev.gantry.e2e.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/// Waits for conditions with a deadline.
public final class Await {

    private static final Duration PAUSE_MIN = Duration.ofMillis(100);
    // A question is often a process of its own: what is waited for needs the processors, too.
    private static final int PAUSE_FACTOR = 2;

    private Await() {}

    /// Asks again and again until `condition` no longer throws an [AssertionError].
    ///
    /// @throws AssertionError the last one, when it still does after `limit`
    public static void until(Duration limit, Runnable condition) {
        until(
                limit,
                () -> {
                    condition.run();
                    return true;
                });
    }

    /// As [#until(Duration, Runnable)], for a condition that has a result.
    public static <T> T until(Duration limit, Supplier<T> condition) {
        Instant deadline = Instant.now().plus(limit);
        while (true) {
            Instant asked = Instant.now();
            try {
                return condition.get();
            } catch (AssertionError e) {
                if (Instant.now().isAfter(deadline)) {
                    throw e;
                }
            }
            pause(Duration.between(asked, Instant.now()));
        }
    }

    private static void pause(Duration answer) {
        Duration pause = answer.multipliedBy(PAUSE_FACTOR);
        try {
            Thread.sleep(pause.compareTo(PAUSE_MIN) < 0 ? PAUSE_MIN : pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting", e);
        }
    }
}

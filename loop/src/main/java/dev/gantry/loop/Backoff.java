package dev.gantry.loop;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Delays that double with each failure, from `initial` up to `max`, each shortened at random by up
/// to a fifth so that many failures at once do not return at once. Immutable.
///
/// @param initial the delay after the first failure
/// @param max no delay is longer
public record Backoff(Duration initial, Duration max) {

    /// 5 ms, doubled up to 1,000 s: what controller-runtime's default rate limiter uses.
    public static final Backoff CONTROLLER =
            new Backoff(Duration.ofMillis(5), Duration.ofSeconds(1000));

    private static final int DOUBLINGS_MAX = 30;
    private static final double JITTER = 0.2;

    public Backoff {
        if (initial.isNegative() || initial.isZero() || max.compareTo(initial) < 0) {
            throw new IllegalArgumentException("back-off from " + initial + " to " + max);
        }
    }

    /// The delay after `failures` failures in a row (1 for the first).
    public Duration delay(int failures, RandomGenerator random) {
        int doublings = Math.clamp(failures - 1L, 0, DOUBLINGS_MAX);
        long nanos = initial.toNanos();
        long limit = max.toNanos();
        for (int i = 0; i < doublings && nanos < limit; i++) {
            nanos *= 2;
        }
        nanos = Math.min(nanos, limit);
        return Duration.ofNanos(nanos - (long) (nanos * JITTER * random.nextDouble()));
    }
}

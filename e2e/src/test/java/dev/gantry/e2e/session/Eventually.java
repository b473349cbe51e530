package dev.gantry.e2e.session;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for something that other threads bring about.
final class Eventually {
    private static final long LIMIT_SECONDS = 20;
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private Eventually() {}

    static void holds(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("never came true: " + what);
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }
}

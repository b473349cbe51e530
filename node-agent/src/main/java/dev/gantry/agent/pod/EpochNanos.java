package dev.gantry.agent.pod;

import java.time.Instant;

/// Times as the records on disk carry them: nanoseconds since the epoch (until the year 2262), 0
/// for none.
final class EpochNanos {
    private static final long NANOS = 1_000_000_000L;

    private EpochNanos() {}

    static long of(Instant instant) {
        return Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), NANOS), instant.getNano());
    }

    static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS));
    }
}

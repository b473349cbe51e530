package dev.gantry.agent.pod;

import dev.gantry.api.meta.v1.Time;
import java.time.Instant;

/// Kubernetes' time message and back; statuses carry whole seconds, as Kubernetes writes them.
final class Times {
    private Times() {}

    static Time of(Instant instant) {
        return Time.newBuilder().setSeconds(instant.getEpochSecond()).build();
    }

    static Instant instant(Time time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    /// Nanoseconds since the epoch, until the year 2262.
    static long nanos(Instant instant) {
        return Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
    }

    static Instant ofNanos(long nanos) {
        return Instant.ofEpochSecond(
                Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }
}

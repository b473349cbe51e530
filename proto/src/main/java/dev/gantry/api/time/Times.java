package dev.gantry.api.time;

import dev.gantry.api.meta.v1.MicroTime;
import dev.gantry.api.meta.v1.Time;
import java.time.Instant;

/// Kubernetes' times: [Time] counts whole seconds, [MicroTime] whole microseconds; finer parts are
/// cut off.
public final class Times {
    private static final int NANOS_PER_MICRO = 1_000;

    private Times() {}

    /// The instant, to the second.
    public static Time of(Instant instant) {
        return Time.newBuilder().setSeconds(instant.getEpochSecond()).build();
    }

    /// The instant, to the microsecond.
    public static MicroTime micro(Instant instant) {
        MicroTime.Builder time = MicroTime.newBuilder().setSeconds(instant.getEpochSecond());
        int nanos = instant.getNano() / NANOS_PER_MICRO * NANOS_PER_MICRO;
        return (nanos == 0 ? time : time.setNanos(nanos)).build();
    }

    /// The instant; the epoch when the message is empty.
    public static Instant instant(Time time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    /// The instant; the epoch when the message is empty.
    public static Instant instant(MicroTime time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}

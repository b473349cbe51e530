package dev.gantry.api.table;

import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.meta.v1.Time;
import dev.gantry.api.time.Times;
import java.time.Duration;
import java.time.Instant;

/// Durations as people read them: `45s`, `3m20s`, `26h`, `3d4h`, `2y10d` (apimachinery's
/// HumanDuration).
public final class Ages {
    private static final int DAY_HOURS = 24;
    private static final int YEAR_DAYS = 365;

    private Ages() {}

    /// Since the object was created; `<unknown>` when it does not say.
    static String of(ObjectMeta meta, Instant now) {
        return meta.hasCreationTimestamp() ? since(meta.getCreationTimestamp(), now) : "<unknown>";
    }

    /// Since a time.
    static String since(Time time, Instant now) {
        return of(Duration.between(Times.instant(time), now));
    }

    /// A duration with at most two units, the more precise the shorter it is.
    public static String of(Duration duration) {
        long seconds = duration.toSeconds();
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / DAY_HOURS;
        if (seconds < -1) {
            return "<invalid>";
        } else if (seconds < 120) {
            return Math.max(0, seconds) + "s";
        } else if (minutes < 10) {
            return two(minutes, "m", seconds % 60, "s");
        } else if (hours < 3) {
            return minutes + "m";
        } else if (hours < 8) {
            return two(hours, "h", minutes % 60, "m");
        } else if (hours < 2 * DAY_HOURS) {
            return hours + "h";
        } else if (days < 8) {
            return two(days, "d", hours % DAY_HOURS, "h");
        }
        return days(days);
    }

    private static String days(long days) {
        if (days < 2 * YEAR_DAYS) {
            return days + "d";
        }
        long years = days / YEAR_DAYS;
        return years < 8 ? two(years, "y", days % YEAR_DAYS, "d") : years + "y";
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return large + largeUnit + (small == 0 ? "" : small + smallUnit);
    }
}

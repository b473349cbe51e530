package dev.gantry.e2e.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What was measured of one subject, each time.
///
/// @param unit of all values, such as `ms`, `MiB` or `writes/s`
/// @param values at least one
record Samples(String subject, String unit, List<Double> values) implements Result {
    Samples {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no samples of " + subject);
        }
    }

    /// Times in milliseconds.
    static Samples millis(String subject, List<Double> values) {
        return new Samples(subject, "ms", values);
    }

    @Override
    public String json() {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "{\"subject\":%s,\"unit\":%s,\"n\":%d,\"min\":%.2f,\"p50\":%.2f,"
                        + "\"p99\":%.2f,\"max\":%.2f}",
                Report.quoted(subject),
                Report.quoted(unit),
                sorted.length,
                sorted[0],
                sorted[sorted.length / 2],
                sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)],
                sorted[sorted.length - 1]);
    }
}

package dev.gantry.e2e.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Times of one subject, as one object of a benchmark's `results`.
///
/// @param millis one time each, in milliseconds
record Samples(String subject, List<Double> millis) {
    Samples {
        millis = List.copyOf(millis);
    }

    String json() {
        double[] sorted = millis.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        if (sorted.length == 0) {
            return "{\"subject\":\"%s\",\"unit\":\"ms\",\"n\":0,\"absent\":true}"
                    .formatted(subject);
        }
        return String.format(
                Locale.ROOT,
                "{\"subject\":\"%s\",\"unit\":\"ms\",\"n\":%d,\"min\":%.2f,\"p50\":%.2f,"
                        + "\"p99\":%.2f,\"max\":%.2f}",
                subject,
                sorted.length,
                sorted[0],
                sorted[sorted.length / 2],
                sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)],
                sorted[sorted.length - 1]);
    }
}

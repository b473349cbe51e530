package dev.gantry.e2e.bench;

/// One subject's figures, or why there are none.
sealed interface Result permits Samples, Absent {
    /// As one object of a benchmark's `results`.
    String json();
}

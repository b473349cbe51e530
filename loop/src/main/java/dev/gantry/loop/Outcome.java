package dev.gantry.loop;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a reconciler says of a key when it is through with it.
public sealed interface Outcome {

    /// Nothing is left to do until something changes.
    record Settled() implements Outcome {}

    /// Look again after `delay` even if nothing changes.
    record RecheckAfter(Duration delay) implements Outcome {
        public RecheckAfter {
            if (delay.isNegative()) {
                throw new IllegalArgumentException("delay must not be negative: " + delay);
            }
        }
    }

    /// It could not be done now: try again with a growing delay.
    ///
    /// @param reason a sentence for the log, without a period at its end
    record Retry(String reason, @Nullable Throwable cause) implements Outcome {}

    /// Nothing is left to do until something changes.
    static Outcome settled() {
        return new Settled();
    }

    /// Look again after `delay`.
    static Outcome recheckAfter(Duration delay) {
        return new RecheckAfter(delay);
    }

    /// Try again with a growing delay.
    static Outcome retry(String reason) {
        return new Retry(reason, null);
    }
}

package dev.gantry.e2e.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What happened, in order, and the first thing that should not have. Threads of the simulation run
/// inside production code that catches exceptions: a broken rule is kept here and thrown by the
/// test's own thread.
final class Trace {
    private final List<String> lines = new ArrayList<>();
    private @Nullable Throwable broken;

    void add(String line) {
        lines.add(line);
    }

    List<String> lines() {
        return lines;
    }

    interface Checked {
        void run() throws Exception;
    }

    void guard(Checked check) {
        try {
            check.run();
        } catch (Exception | AssertionError e) {
            fail(e);
        }
    }

    void fail(Throwable cause) {
        if (broken == null) {
            broken = cause;
        }
    }

    /// @throws AssertionError when a rule was broken
    void check() {
        if (broken != null) {
            int from = Math.max(0, lines.size() - 25);
            throw new AssertionError(
                    broken.getMessage()
                            + "\nlast events:\n  "
                            + String.join("\n  ", lines.subList(from, lines.size())),
                    broken);
        }
    }
}

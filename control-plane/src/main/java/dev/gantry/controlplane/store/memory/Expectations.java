package dev.gantry.controlplane.store.memory;

import dev.gantry.controlplane.store.Entry;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Write;
import java.util.Optional;

/// Compares what a write expects with what is there.
final class Expectations {
    private Expectations() {}

    static boolean met(Write write, Optional<Entry> current) {
        return switch (write.expect()) {
            case Expect.Absent _ -> current.isEmpty();
            case Expect.Present _ -> current.isPresent();
            case Expect.Revision(long revision) ->
                    current.filter(entry -> entry.modRevision() == revision).isPresent();
            // There must be something to delete.
            case Expect.Any _ -> write instanceof Write.Put || current.isPresent();
        };
    }
}

package dev.gantry.controlplane.controller;

import dev.gantry.controlplane.cache.ObjectWrite;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a planner found should follow from what it saw: writes that leave no choice open, notes for
/// people, and when to look again even if nothing changes.
public record Plan(List<ObjectWrite> writes, List<Note> notes, Optional<Duration> recheck) {

    /// Nothing to do.
    public static final Plan NOTHING = new Plan(List.of(), List.of(), Optional.empty());

    public Plan {
        writes = List.copyOf(writes);
        notes = List.copyOf(notes);
    }

    /// A plan of writes alone.
    public static Plan of(List<ObjectWrite> writes) {
        return new Plan(writes, List.of(), Optional.empty());
    }
}

package dev.gantry.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.TreeMap;

/// A clock and timer that a test drives by hand: time moves only when it is told to, and due
/// actions run, in order of their time, on the thread that moves it. One thread only.
public final class SimClock implements InstantSource, Timer {

    private record Slot(Instant due, long sequence) implements Comparable<Slot> {
        @Override
        public int compareTo(Slot other) {
            int byTime = due.compareTo(other.due);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    private final TreeMap<Slot, Runnable> actions = new TreeMap<>();
    private Instant now;
    private long sequence;

    public SimClock() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    public SimClock(Instant start) {
        this.now = start;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable action) {
        Slot slot = new Slot(now.plus(delay), sequence++);
        actions.put(slot, action);
        return () -> actions.remove(slot);
    }

    /// Moves time on by `step` and runs what comes due on the way.
    public void advance(Duration step) {
        Instant target = now.plus(step);
        while (!actions.isEmpty() && !actions.firstKey().due().isAfter(target)) {
            runNext();
        }
        now = target;
    }

    /// When the next action is due, if one waits.
    public Optional<Instant> nextDue() {
        return actions.isEmpty() ? Optional.empty() : Optional.of(actions.firstKey().due());
    }

    /// Moves time to the next action and runs it.
    ///
    /// @return false when none waits
    public boolean runNext() {
        if (actions.isEmpty()) {
            return false;
        }
        var next = actions.pollFirstEntry();
        if (next.getKey().due().isAfter(now)) {
            now = next.getKey().due();
        }
        next.getValue().run();
        return true;
    }
}

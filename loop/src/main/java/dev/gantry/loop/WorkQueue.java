package dev.gantry.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Keys that wait to be reconciled, each with the time it is due. A key stands in it once, with its
/// earliest time; a key that somebody holds is not given out again before it is handed back, and
/// what was added meanwhile comes due then. Failures of one key delay that key alone.
///
/// Bounded: when `capacity` keys wait, further new keys are dropped and counted, and
/// [#takeOverflow()] says so once, so that the owner can list everything again.
///
/// Thread-safe; no method blocks.
public final class WorkQueue<K> {

    private record Slot(Instant due, long sequence) implements Comparable<Slot> {
        @Override
        public int compareTo(Slot other) {
            int byTime = due.compareTo(other.due);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    private final int capacity;
    private final InstantSource clock;
    private final Backoff backoff;
    private final RandomGenerator random;
    private final TreeMap<Slot, K> waiting = new TreeMap<>();
    private final Map<K, Slot> slots = new HashMap<>();
    private final Map<K, Integer> failures = new HashMap<>();
    private final Set<K> held = new HashSet<>();
    // Added while held: the earliest time asked for.
    private final Map<K, Instant> pending = new HashMap<>();
    private long sequence;
    private long dropped;
    private boolean overflow;
    private Runnable wakeup = () -> {};

    /// @param capacity how many keys may wait, 1 or more
    /// @param random draws the jitter of delays
    public WorkQueue(int capacity, InstantSource clock, Backoff backoff, RandomGenerator random) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be 1 or more: " + capacity);
        }
        this.capacity = capacity;
        this.clock = clock;
        this.backoff = backoff;
        this.random = random;
    }

    /// Called, on the adding thread and outside the queue's lock, whenever a key was added or came
    /// back. Replaces what was set before.
    public synchronized void onWakeup(Runnable action) {
        wakeup = action;
    }

    /// Adds a key that is due at once.
    public void add(K key) {
        addAt(key, clock.instant());
    }

    /// Adds a key that is due after `delay`.
    public void addAfter(K key, Duration delay) {
        addAt(key, clock.instant().plus(delay));
    }

    /// Adds a key that is due at `due`; if it waits already, the earlier time holds.
    public void addAt(K key, Instant due) {
        Runnable action;
        synchronized (this) {
            if (held.contains(key)) {
                pending.merge(key, due, WorkQueue::earlier);
                return;
            }
            enqueue(key, due);
            action = wakeup;
        }
        action.run();
    }

    /// The key that is due longest, if one is due; it is held by the caller until [#done] or
    /// [#retry].
    public synchronized Optional<K> take() {
        var first = waiting.firstEntry();
        if (first == null || first.getKey().due().isAfter(clock.instant())) {
            return Optional.empty();
        }
        K key = first.getValue();
        waiting.remove(first.getKey());
        slots.remove(key);
        held.add(key);
        return Optional.of(key);
    }

    /// Hands a key back as done: its failures are forgotten.
    public void done(K key) {
        release(key, Optional.empty(), true);
    }

    /// Hands a key back, to be looked at again after `delay`; its failures are forgotten.
    public void doneUntil(K key, Duration delay) {
        release(key, Optional.of(clock.instant().plus(delay)), true);
    }

    /// Hands a key back as failed: it comes due after a delay that grows with each failure.
    ///
    /// @return the delay
    public Duration retry(K key) {
        Duration delay;
        synchronized (this) {
            int count = failures.merge(key, 1, Integer::sum);
            delay = backoff.delay(count, random);
        }
        release(key, Optional.of(clock.instant().plus(delay)), false);
        return delay;
    }

    /// When the next key is due, if one waits.
    public synchronized Optional<Instant> nextDue() {
        return waiting.isEmpty() ? Optional.empty() : Optional.of(waiting.firstKey().due());
    }

    /// How many keys wait.
    public synchronized int depth() {
        return waiting.size();
    }

    /// How many keys were dropped since the start because the queue was full.
    public synchronized long droppedCount() {
        return dropped;
    }

    /// Whether keys were dropped since the last call.
    public synchronized boolean takeOverflow() {
        boolean result = overflow;
        overflow = false;
        return result;
    }

    private void release(K key, Optional<Instant> due, boolean forgetFailures) {
        Runnable action;
        synchronized (this) {
            Invariant.check(held.remove(key), "a key that nobody holds was handed back");
            if (forgetFailures) {
                failures.remove(key);
            }
            Instant added = pending.remove(key);
            Instant next = due.orElse(added);
            if (next == null) {
                return;
            }
            enqueue(key, added == null ? next : earlier(next, added));
            action = wakeup;
        }
        action.run();
    }

    private void enqueue(K key, Instant due) {
        Slot present = slots.get(key);
        if (present != null) {
            if (!due.isBefore(present.due())) {
                return;
            }
            waiting.remove(present);
        } else if (waiting.size() >= capacity) {
            dropped++;
            overflow = true;
            return;
        }
        Slot slot = new Slot(due, sequence++);
        waiting.put(slot, key);
        slots.put(key, slot);
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}

package dev.gantry.controlplane.store.memory;

import dev.gantry.controlplane.store.CompactedException;
import dev.gantry.controlplane.store.Entry;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Range;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.StoreException.Reason;
import dev.gantry.controlplane.store.Watch;
import dev.gantry.controlplane.store.Write;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A store in memory: etcd's semantics without its durability. Everything happens under one lock
/// and in the order of the calls, no thread is started and no time passes by itself, so that the
/// same calls give the same store. Leases end when a call finds that their time has come; where
/// nothing else calls, [#expireLeases] does.
public final class MemoryStore implements Store {

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final History history = new History();
    private final TreeMap<Long, LeaseTerm> leases = new TreeMap<>();
    private long lastLease;
    private boolean closed;

    private record LeaseTerm(Duration timeToLive, Instant end) {}

    public MemoryStore(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public List<Outcome> commit(List<Write> writes) {
        lock.lock();
        try {
            checkOpen();
            expireLeases();
            List<Outcome> outcomes = new ArrayList<>(writes.size());
            for (List<Write> batch : batches(writes)) {
                outcomes.addAll(apply(batch));
            }
            return List.copyOf(outcomes);
        } finally {
            lock.unlock();
        }
    }

    // A batch holds each key once, as in etcd: all its compares see the state before it.
    private static List<List<Write>> batches(List<Write> writes) {
        List<List<Write>> batches = new ArrayList<>();
        List<Write> batch = new ArrayList<>();
        Set<String> keys = new LinkedHashSet<>();
        for (Write write : writes) {
            if (!keys.add(write.key())) {
                batches.add(batch);
                batch = new ArrayList<>();
                keys.clear();
                keys.add(write.key());
            }
            batch.add(write);
        }
        batches.add(batch);
        return batches;
    }

    private List<Outcome> apply(List<Write> batch) {
        long revision = history.revision() + 1;
        List<Outcome> outcomes =
                batch.stream().map(write -> check(write).orElse(committed(revision))).toList();
        for (int i = 0; i < batch.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Committed) {
                perform(batch.get(i), revision);
            }
        }
        publish(revision);
        return outcomes;
    }

    private static Outcome committed(long revision) {
        return new Outcome.Committed(revision);
    }

    @Override
    public List<Outcome> commitTogether(List<Write> writes) {
        Store.checkTogether(writes);
        lock.lock();
        try {
            checkOpen();
            expireLeases();
            List<Optional<Outcome>> obstacles = writes.stream().map(this::check).toList();
            long revision = history.revision() + 1;
            boolean free = obstacles.stream().allMatch(Optional::isEmpty);
            if (free) {
                writes.forEach(write -> perform(write, revision));
                publish(revision);
            }
            Outcome otherwise = free ? committed(revision) : new Outcome.Abandoned();
            return obstacles.stream().map(obstacle -> obstacle.orElse(otherwise)).toList();
        } finally {
            lock.unlock();
        }
    }

    /// What stands in a write's way.
    private Optional<Outcome> check(Write write) {
        Fence fence = write.fence();
        if (fence != null && history.newest(fence.key()).filter(e -> created(e, fence)).isEmpty()) {
            return Optional.of(new Outcome.Fenced());
        }
        Optional<Entry> current = history.newest(write.key());
        if (!Expectations.met(write, current)) {
            return Optional.of(new Outcome.Conflict(current));
        }
        if (write instanceof Write.Put put
                && put.lease() != 0
                && !leases.containsKey(put.lease())) {
            return Optional.of(
                    new Outcome.Failed(
                            new StoreException(
                                    Reason.NO_LEASE,
                                    "failed to put " + put.key() + ": its lease has ended",
                                    null)));
        }
        return Optional.empty();
    }

    private static boolean created(Entry entry, Fence fence) {
        return entry.createRevision() == fence.createRevision();
    }

    private void perform(Write write, long revision) {
        switch (write) {
            case Write.Put put -> history.put(put.key(), put.value(), put.lease(), revision);
            case Write.Delete delete -> history.delete(delete.key(), revision);
        }
    }

    private void publish(long revision) {
        if (history.advance(revision)) {
            changed.signalAll();
        }
    }

    @Override
    public Optional<Entry> get(String key) {
        lock.lock();
        try {
            checkOpen();
            expireLeases();
            return history.newest(key);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Range range(String prefix, long atRevision, String fromKey, int limit) {
        lock.lock();
        try {
            checkOpen();
            expireLeases();
            return history.range(prefix, atRevision, fromKey, limit);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long currentRevision() {
        lock.lock();
        try {
            checkOpen();
            expireLeases();
            return history.revision();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Watch watch(String prefix, long fromRevision) {
        return new MemoryWatch(this, prefix, fromRevision);
    }

    @Override
    public long grantLease(Duration timeToLive) {
        lock.lock();
        try {
            checkOpen();
            expireLeases();
            // Whole seconds, as etcd has them.
            Duration rounded =
                    Duration.ofSeconds(Math.max(1, timeToLive.plusNanos(999_999_999).toSeconds()));
            leases.put(++lastLease, new LeaseTerm(rounded, clock.instant().plus(rounded)));
            return lastLease;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean keepAlive(long lease) {
        lock.lock();
        try {
            checkOpen();
            expireLeases();
            return leases.computeIfPresent(
                            lease,
                            (_, term) ->
                                    new LeaseTerm(
                                            term.timeToLive(),
                                            clock.instant().plus(term.timeToLive())))
                    != null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void revokeLease(long lease) {
        lock.lock();
        try {
            checkOpen();
            expireLeases();
            end(lease);
        } finally {
            lock.unlock();
        }
    }

    /// Ends every lease whose time has come. Whoever moves a virtual clock calls it, since watches
    /// hear of a lease's end only when some call finds it.
    public void expireLeases() {
        lock.lock();
        try {
            Instant now = clock.instant();
            List<Long> due =
                    leases.entrySet().stream()
                            .filter(lease -> !lease.getValue().end().isAfter(now))
                            .map(lease -> lease.getKey())
                            .toList();
            due.forEach(this::end);
        } finally {
            lock.unlock();
        }
    }

    private void end(long lease) {
        if (leases.remove(lease) == null) {
            return;
        }
        long revision = history.revision() + 1;
        history.keysOf(lease).forEach(key -> history.delete(key, revision));
        publish(revision);
    }

    @Override
    public void compact(long revision) {
        lock.lock();
        try {
            checkOpen();
            history.compact(revision);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits for changes after a watch's position, for [MemoryWatch].
    MemoryWatch.Step await(MemoryWatch watch) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                checkOpen();
                watch.checkOpen();
                if (watch.from() < history.oldest()) {
                    throw new CompactedException(watch.from(), history.oldest());
                }
                MemoryWatch.Step step = history.since(watch.from(), watch.prefix());
                if (!step.changes().isEmpty()) {
                    return step;
                }
                watch.moveTo(step.next());
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new StoreException(Reason.CLOSED, "the store is closed", null);
        }
    }
}

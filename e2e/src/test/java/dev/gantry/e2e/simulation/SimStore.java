package dev.gantry.e2e.simulation;

import dev.gantry.controlplane.store.Change;
import dev.gantry.controlplane.store.Entry;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Range;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.StoreException.Reason;
import dev.gantry.controlplane.store.Watch;
import dev.gantry.controlplane.store.Write;
import dev.gantry.controlplane.store.memory.MemoryStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// One replica's way to the store: slow, and at times cut. Each call is a point where others run.
final class SimStore implements Store {
    private static final Duration CALL_MAX = Duration.ofMillis(20);
    private static final int ANSWERS_LOST_ONE_IN = 40;

    private final MemoryStore store;
    private final Journal journal;
    private final SimPause pause;
    private final Weather weather;
    private boolean faulty;

    SimStore(MemoryStore store, Journal journal, SimPause pause, Weather weather) {
        this.store = store;
        this.journal = journal;
        this.pause = pause;
        this.weather = weather;
    }

    void setFaulty(boolean now) {
        faulty = now;
    }

    @Override
    public List<Outcome> commit(List<Write> writes) throws InterruptedException {
        return answer(writes, () -> store.commit(writes));
    }

    @Override
    public List<Outcome> commitTogether(List<Write> writes) throws InterruptedException {
        return answer(writes, () -> store.commitTogether(writes));
    }

    private List<Outcome> answer(List<Write> writes, Supplier<List<Outcome>> commit)
            throws InterruptedException {
        pause.upTo(CALL_MAX);
        if (faulty && pause.oneIn(weather.callsFailOneIn())) {
            return failed(writes, Reason.UNAVAILABLE);
        }
        List<Outcome> outcomes = commit.get();
        journal.record(writes, outcomes);
        pause.upTo(CALL_MAX);
        return faulty && pause.oneIn(ANSWERS_LOST_ONE_IN)
                ? failed(writes, Reason.OUTCOME_UNKNOWN)
                : outcomes;
    }

    private static List<Outcome> failed(List<Write> writes, Reason reason) {
        Outcome failed = new Outcome.Failed(new StoreException(reason, "the store is away", null));
        return writes.stream().map(_ -> failed).toList();
    }

    private void call() throws InterruptedException {
        pause.upTo(CALL_MAX);
        if (faulty && pause.oneIn(weather.callsFailOneIn())) {
            throw new StoreException(Reason.UNAVAILABLE, "the store is away", null);
        }
    }

    @Override
    public Optional<Entry> get(String key) throws InterruptedException {
        call();
        return store.get(key);
    }

    @Override
    public Range range(String prefix, long atRevision, String fromKey, int limit)
            throws InterruptedException {
        call();
        return store.range(prefix, atRevision, fromKey, limit);
    }

    @Override
    public long currentRevision() throws InterruptedException {
        call();
        return store.currentRevision();
    }

    @Override
    public Watch watch(String prefix, long fromRevision) {
        Watch watch = store.watch(prefix, fromRevision);
        return new Watch() {
            @Override
            public List<Change> next() throws InterruptedException {
                if (faulty && pause.oneIn(weather.watchesFailOneIn())) {
                    throw new StoreException(Reason.UNAVAILABLE, "the watch broke", null);
                }
                List<Change> changes = watch.next();
                pause.upTo(weather.watchLag());
                return changes;
            }

            @Override
            public void close() {
                watch.close();
            }
        };
    }

    @Override
    public long grantLease(Duration timeToLive) throws InterruptedException {
        call();
        return store.grantLease(timeToLive);
    }

    @Override
    public boolean keepAlive(long lease) throws InterruptedException {
        call();
        return store.keepAlive(lease);
    }

    @Override
    public void revokeLease(long lease) throws InterruptedException {
        call();
        store.revokeLease(lease);
    }

    @Override
    public void compact(long revision) throws InterruptedException {
        call();
        store.compact(revision);
    }

    @Override
    public void close() {}
}

package dev.gantry.controlplane.leader;

import com.google.protobuf.ByteString;
import dev.gantry.controlplane.store.Change;
import dev.gantry.controlplane.store.CompactedException;
import dev.gantry.controlplane.store.Entry;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.Watch;
import dev.gantry.controlplane.store.Write;
import dev.gantry.loop.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Elects one leader among the replicas, by a key under a lease. Thread-safe.
///
/// Who makes the key leads; the others watch it and try when it goes. The revision at which it was
/// made is the term: every write of the leader compares it (see [Fence]), so that a leader that
/// does not know yet that it is none changes nothing.
public final class LeaderElection implements AutoCloseable {
    static final String KEY = "/gantry/v1/meta/leader";

    private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);
    private static final Duration RETRY = Duration.ofMillis(500);

    private final Store store;
    private final String id;
    private final Duration timeToLive;
    private final Timer timer;
    private final Listener listener;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Fence fence;
    private volatile String leader = "";
    private volatile @Nullable Watch watch;
    private volatile @Nullable CountDownLatch pause;
    private volatile boolean stopped;

    /// Hears of this replica's own leadership, on the election's thread; must not block for long.
    public interface Listener {

        /// This replica leads; each write of the leader carries the fence.
        void elected(Fence fence);

        /// This replica leads no longer. Writes with the fence are refused from before this call
        /// on, or will be as soon as another leads.
        void deposed();
    }

    private LeaderElection(
            Store store, String id, Duration timeToLive, Timer timer, Listener listener) {
        this.store = store;
        this.id = id;
        this.timeToLive = timeToLive;
        this.timer = timer;
        this.listener = listener;
    }

    /// Takes part in the election from now on.
    ///
    /// @param id this replica's name, distinct from all others'
    /// @param timeToLive how long after its death a leader is still taken for one; 3 s in
    ///   production
    public static LeaderElection start(
            Store store,
            String id,
            Duration timeToLive,
            ThreadFactory threads,
            Timer timer,
            Listener listener) {
        LeaderElection election = new LeaderElection(store, id, timeToLive, timer, listener);
        threads.newThread(election::run).start();
        return election;
    }

    public boolean isLeader() {
        return fence != null;
    }

    /// What the leader's writes must carry; empty while another leads.
    public Optional<Fence> fence() {
        return Optional.ofNullable(fence);
    }

    /// Who leads, as far as this replica knows; empty while nobody does.
    public Optional<String> leader() {
        return leader.isEmpty() ? Optional.empty() : Optional.of(leader);
    }

    /// Resigns and takes part no longer: another replica leads at once. Waits until that is done;
    /// not to be called by the listener.
    @Override
    public void close() {
        stopped = true;
        wake();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        CountDownLatch sleeping = pause;
        if (sleeping != null) {
            sleeping.countDown();
        }
        Watch watching = watch;
        if (watching != null) {
            watching.close();
        }
    }

    private void run() {
        try {
            while (!stopped) {
                round();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
    }

    private void round() throws InterruptedException {
        try {
            Optional<Entry> held = store.get(KEY);
            if (held.isPresent()) {
                follow(held.get());
            } else {
                campaign();
            }
        } catch (CompactedException e) {
            LOG.atDebug().setCause(e).log("election missed a change, looking again");
        } catch (StoreException e) {
            // The store's end or that of the own watch, which only close() closes.
            if (e.reason() == StoreException.Reason.CLOSED) {
                stopped = true;
                return;
            }
            LOG.atWarn().setCause(e).log("election cannot reach the store, will retry");
            sleep(RETRY);
        }
    }

    /// Waits until the leader is gone.
    private void follow(Entry held) throws InterruptedException {
        leader = held.value().toStringUtf8();
        try (Watch following = store.watch(KEY, held.modRevision() + 1)) {
            watch = following;
            while (!stopped) {
                List<Change> changes = following.next();
                if (changes.getLast() instanceof Change.Deleted) {
                    leader = "";
                    return;
                }
            }
        } finally {
            watch = null;
        }
    }

    private void campaign() throws InterruptedException {
        long lease = store.grantLease(timeToLive);
        try {
            Write.Put claim =
                    new Write.Put(KEY, ByteString.copyFromUtf8(id), Expect.absent(), null, lease);
            switch (store.commit(List.of(claim)).getFirst()) {
                case Outcome.Committed(long revision) -> lead(new Fence(KEY, revision), lease);
                case Outcome.Failed(var cause) -> throw cause;
                // Another was faster: it is followed in the next round.
                case Outcome.Conflict _, Outcome.Fenced _, Outcome.Abandoned _ -> {}
            }
        } finally {
            // Whatever happened: a claim that came through unnoticed goes with it, and so does a
            // leadership that is given up.
            store.revokeLease(lease);
        }
    }

    private void lead(Fence term, long lease) throws InterruptedException {
        leader = id;
        fence = term;
        LOG.atInfo().addKeyValue("revision", term.createRevision()).log("this replica leads");
        listener.elected(term);
        try {
            Timer.Scheduled expiry = timer.schedule(timeToLive, this::expire);
            try {
                while (!stopped && fence != null) {
                    sleep(timeToLive.dividedBy(3));
                    expiry = renewed(lease, expiry);
                }
            } finally {
                expiry.close();
            }
        } finally {
            fence = null;
            leader = "";
            listener.deposed();
            LOG.atInfo().addKeyValue("revision", term.createRevision()).log("leadership ended");
        }
    }

    // On the timer's thread: the lease cannot have been kept alive, so another may lead by now.
    private void expire() {
        fence = null;
        CountDownLatch sleeping = pause;
        if (sleeping != null) {
            sleeping.countDown();
        }
    }

    private Timer.Scheduled renewed(long lease, Timer.Scheduled expiry)
            throws InterruptedException {
        if (stopped || fence == null) {
            return expiry;
        }
        // Counted from before the call: etcd counts from when it got it.
        Timer.Scheduled next = timer.schedule(timeToLive, this::expire);
        boolean alive = false;
        try {
            alive = store.keepAlive(lease);
            if (!alive) {
                fence = null;
            }
        } catch (StoreException e) {
            LOG.atWarn().setCause(e).log("leader cannot reach the store, will retry");
        } finally {
            (alive ? expiry : next).close();
        }
        return alive ? next : expiry;
    }

    private void sleep(Duration time) throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        pause = over;
        try (Timer.Scheduled _ = timer.schedule(time, over::countDown)) {
            if (!stopped) {
                over.await();
            }
        } finally {
            pause = null;
        }
    }
}

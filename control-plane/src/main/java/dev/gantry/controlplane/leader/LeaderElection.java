package dev.gantry.controlplane.leader;

import dev.gantry.controlplane.store.Fence;
import dev.gantry.controlplane.store.Store;
import dev.gantry.loop.Timer;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/// Elects one leader among the replicas, by a key under a lease. Thread-safe.
@SuppressWarnings("DoNotCallSuggester")
public final class LeaderElection implements AutoCloseable {

    /// Hears of this replica's own leadership, on the election's thread; must not block for long.
    public interface Listener {

        /// This replica leads; each write of the leader carries the fence.
        void elected(Fence fence);

        /// This replica leads no longer. Writes with the fence are refused from before this call
        /// on.
        void deposed();
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
        throw new UnsupportedOperationException();
    }

    public boolean isLeader() {
        return fence().isPresent();
    }

    /// What the leader's writes must carry; empty while another leads.
    public Optional<Fence> fence() {
        throw new UnsupportedOperationException();
    }

    /// Who leads, as far as this replica knows; empty while nobody does.
    public Optional<String> leader() {
        throw new UnsupportedOperationException();
    }

    /// Resigns and takes part no longer: another replica leads at once.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}

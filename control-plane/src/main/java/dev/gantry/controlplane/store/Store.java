package dev.gantry.controlplane.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A replicated map from keys to bytes in which every change has a revision.
///
/// Revisions grow by one with each transaction that changes something; all keys of one transaction
/// share theirs. Every method may be called from any thread and blocks; each throws
/// [StoreException] when the store does not answer. Keys are compared as UTF-8 bytes.
public interface Store extends AutoCloseable {

    /// Writes each of these independently of the others, coalesced with what others write
    /// meanwhile. Two writes of one key are made in their order. Compares are made against the
    /// state before the transaction that a write falls into.
    ///
    /// @return one outcome for each write, in the same order. A write that was acknowledged is
    ///   durable; whether a write whose answer was lost has happened is found out before this
    ///   returns. Only when the store stays away is the outcome a [Outcome.Failed] that says that
    ///   it is unknown.
    List<Outcome> commit(List<Write> writes) throws InterruptedException;

    /// Writes all of these in one transaction, or none.
    ///
    /// @param writes of distinct keys, at most [#TOGETHER_MAX]; all with one fence, or none
    /// @return [Outcome.Committed] for all; or what stood in the way at those that could not be
    ///   written and [Outcome.Abandoned] at the others
    List<Outcome> commitTogether(List<Write> writes) throws InterruptedException;

    /// The newest entry, read linearizably.
    Optional<Entry> get(String key) throws InterruptedException;

    /// Entries whose key starts with a prefix, in the order of their keys.
    ///
    /// @param atRevision the revision to read at; 0 for the newest, read linearizably
    /// @param fromKey the first key to return, inclusive; empty for the first of the prefix
    /// @param limit at most so many entries, 1 or more
    /// @throws CompactedException when atRevision is no longer kept
    Range range(String prefix, long atRevision, String fromKey, int limit)
            throws InterruptedException;

    /// The newest revision, read linearizably: no write acknowledged before the call has a greater
    /// one.
    long currentRevision() throws InterruptedException;

    /// Follows all changes of keys with a prefix (empty: all keys) from a revision on, inclusive.
    /// Returns at once; outages are bridged without loss or repetition.
    Watch watch(String prefix, long fromRevision);

    /// Makes a lease: keys put under it vanish when it has not been kept alive for its time to
    /// live.
    ///
    /// @param timeToLive at least a second; rounded up to whole seconds
    /// @return the lease's id, never 0
    long grantLease(Duration timeToLive) throws InterruptedException;

    /// Starts a lease's time to live anew.
    ///
    /// @return false when the lease is gone, and its keys with it
    boolean keepAlive(long lease) throws InterruptedException;

    /// Ends a lease and deletes its keys. Nothing happens when it is gone already.
    void revokeLease(long lease) throws InterruptedException;

    /// Forgets all revisions before this one. Nothing happens when that is done already.
    void compact(long revision) throws InterruptedException;

    /// Ends all watches and refuses further calls. Does not wait for writes under way.
    @Override
    void close();

    /// How many writes fit into one [#commitTogether]: etcd allows 128 operations in a transaction
    /// by default, of which one nests the others and one compares the fence.
    int TOGETHER_MAX = 125;

    /// What every adapter checks of the writes of a [#commitTogether].
    static void checkTogether(List<Write> writes) {
        if (writes.stream().map(Write::key).distinct().count() != writes.size()) {
            throw new IllegalArgumentException("a key is written twice in one transaction");
        }
        if (writes.stream().map(write -> Optional.ofNullable(write.fence())).distinct().count()
                > 1) {
            throw new IllegalArgumentException("writes of one transaction have several fences");
        }
        if (writes.size() > TOGETHER_MAX) {
            throw new StoreException(
                    StoreException.Reason.TOO_LARGE,
                    writes.size() + " writes do not fit one transaction, at most " + TOGETHER_MAX,
                    null);
        }
    }
}

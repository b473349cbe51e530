package dev.gantry.controlplane.cache;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.controlplane.store.Store;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Objects in the store, read and watched from a cache of all of them. Thread-safe.
@SuppressWarnings("DoNotCallSuggester")
public final class ObjectStore implements AutoCloseable {

    /// Reads all objects and follows the store from there on.
    ///
    /// @param threads makes the thread that feeds the cache and one for each subscription; virtual
    ///     threads are meant
    /// @param random where a new store's epoch is drawn from
    public static ObjectStore start(Store store, ThreadFactory threads, RandomGenerator random)
            throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// The object as the cache has it, with its resourceVersion.
    public Optional<Message> get(ObjectKey key) {
        throw new UnsupportedOperationException();
    }

    /// Makes reads that follow consistent: waits until the cache shows every write that was
    /// acknowledged, to anybody, before this call.
    public void awaitFresh() throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// Waits until the cache shows a revision.
    public void awaitRevision(long revision) throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// All objects of a kind at the cache's revision.
    ///
    /// @param namespace empty for all namespaces
    public Listing list(Kind kind, String namespace) {
        throw new UnsupportedOperationException();
    }

    /// The objects that an index holds under a value, in the order of kind, namespace and name.
    public Collection<Message> byIndex(Index index, String value) {
        throw new UnsupportedOperationException();
    }

    /// The revision that the cache shows.
    public long revision() {
        throw new UnsupportedOperationException();
    }

    /// Names this life of the store: it changes when a backup is restored, and revisions of different
    /// epochs must not be compared.
    public String epoch() {
        throw new UnsupportedOperationException();
    }

    /// Writes each of these independently of the others. Returns when this cache shows what was
    /// written.
    ///
    /// @return one outcome for each write, in the same order
    public List<ObjectOutcome> commit(List<ObjectWrite> writes) throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// As [#commit(List)], for a leader: nothing is written once it leads no longer.
    public List<ObjectOutcome> commit(List<ObjectWrite> writes, Fence fence)
            throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// Writes all of these, or none.
    ///
    /// @param writes of distinct objects, at most [Store#TOGETHER_MAX]
    public List<ObjectOutcome> commitTogether(List<ObjectWrite> writes) throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    /// Follows changes from a revision on, inclusive.
    ///
    /// @param kind null for all kinds
    /// @param namespace empty for all namespaces
    /// @param fromRevision an object's resourceVersion (all changes of that revision come again), a
    ///     listing's revision plus 1, or what a bookmark said; 0 for what changes from now on
    public Subscription watch(
            @Nullable Kind kind,
            String namespace,
            long fromRevision,
            Subscription.Listener listener) {
        throw new UnsupportedOperationException();
    }

    /// Lets every subscription that has nothing else to say tell its listener how far it has come.
    /// Called by a timer.
    public void sendBookmarks() {
        throw new UnsupportedOperationException();
    }

    /// Ends all subscriptions; does not close the store.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}

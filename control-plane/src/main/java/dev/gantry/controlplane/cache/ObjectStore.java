package dev.gantry.controlplane.cache;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.store.Entry;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.Write;
import dev.gantry.loop.Timer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Objects in the store, read and watched from a cache of all of them. Thread-safe.
///
/// Reads never block and never ask the store; they may lag behind other replicas' writes, which
/// [#awaitFresh] mends. A write returns when this replica's cache shows it.
public final class ObjectStore implements AutoCloseable {
    private final Store store;
    private final ThreadFactory threads;
    private final CacheFeed feed;
    private final FreshRevision fresh;

    private ObjectStore(Store store, ThreadFactory threads, CacheFeed feed) {
        this.store = store;
        this.threads = threads;
        this.feed = feed;
        this.fresh = new FreshRevision(store);
    }

    /// Reads all objects and follows the store from there on.
    ///
    /// @param threads makes the thread that feeds the cache and one for each subscription; virtual
    ///   threads are meant
    /// @param timer for pauses while the store is away
    /// @param random where a new store's epoch is drawn from
    /// @throws dev.gantry.controlplane.store.StoreException when the store does not answer
    public static ObjectStore start(
            Store store, ThreadFactory threads, Timer timer, RandomGenerator random)
            throws InterruptedException {
        CacheFeed feed = new CacheFeed(store, random, timer);
        feed.load();
        Thread thread = threads.newThread(feed);
        thread.start();
        return new ObjectStore(store, threads, feed);
    }

    /// The object as the cache has it, with its resourceVersion.
    public Optional<Message> get(ObjectKey key) {
        return feed.view().get(key);
    }

    /// Makes reads that follow consistent: waits until the cache shows every write that was
    /// acknowledged, to anybody, before this call.
    public void awaitFresh() throws InterruptedException {
        feed.gate().await(fresh.read());
    }

    /// Waits until the cache shows a revision.
    public void awaitRevision(long revision) throws InterruptedException {
        feed.gate().await(revision);
    }

    /// All objects of a kind at the cache's revision.
    ///
    /// @param namespace empty for all namespaces
    public Listing list(Kind kind, String namespace) {
        return feed.view().list(kind, namespace);
    }

    /// The objects that an index holds under a value, by kind, namespace and name: an immutable
    /// view.
    public Collection<Message> byIndex(Index index, String value) {
        return feed.view().byIndex(index, value);
    }

    /// The revision that the cache shows.
    public long revision() {
        return feed.view().revision();
    }

    /// Names this life of the store: it changes when a backup is restored, and revisions of
    /// different epochs must not be compared.
    public String epoch() {
        return feed.view().epoch();
    }

    /// Writes each of these independently of the others. Returns when this cache shows what was
    /// written.
    ///
    /// @return one outcome for each write, in the same order
    public List<ObjectOutcome> commit(List<ObjectWrite> writes) throws InterruptedException {
        return outcomes(writes, store.commit(translated(writes, null)));
    }

    /// As [#commit(List)], for a leader: nothing is written once it leads no longer.
    public List<ObjectOutcome> commit(List<ObjectWrite> writes, Fence fence)
            throws InterruptedException {
        return outcomes(writes, store.commit(translated(writes, fence)));
    }

    /// Writes all of these, or none.
    ///
    /// @param writes of distinct objects, at most [Store#TOGETHER_MAX]
    /// @throws dev.gantry.controlplane.store.StoreException when there are more
    public List<ObjectOutcome> commitTogether(List<ObjectWrite> writes)
            throws InterruptedException {
        return outcomes(writes, store.commitTogether(translated(writes, null)));
    }

    private static List<Write> translated(List<ObjectWrite> writes, @Nullable Fence fence) {
        return writes.stream().map(write -> translated(write, fence)).toList();
    }

    private static Write translated(ObjectWrite write, @Nullable Fence fence) {
        String key = ObjectCodec.key(write.key());
        return switch (write) {
            case ObjectWrite.Create(Message object) ->
                    new Write.Put(key, ObjectCodec.encode(object), Expect.absent(), fence, 0);
            case ObjectWrite.Update(Message object) -> {
                Expect expect = expect(Meta.of(object).getResourceVersion());
                yield new Write.Put(key, ObjectCodec.encode(object), expect, fence, 0);
            }
            case ObjectWrite.Delete(_, String resourceVersion) ->
                    new Write.Delete(key, expect(resourceVersion), fence);
        };
    }

    private static Expect expect(String resourceVersion) {
        if (resourceVersion.isEmpty()) {
            return Expect.present();
        }
        try {
            return Expect.revision(Long.parseLong(resourceVersion));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "metadata.resourceVersion: not a revision: " + resourceVersion, e);
        }
    }

    private List<ObjectOutcome> outcomes(List<ObjectWrite> writes, List<Outcome> outcomes)
            throws InterruptedException {
        List<ObjectOutcome> results = new ArrayList<>(writes.size());
        long newest = 0;
        for (int i = 0; i < writes.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Committed(long revision)) {
                newest = Math.max(newest, revision);
            }
            results.add(outcome(writes.get(i), outcomes.get(i)));
        }
        feed.gate().await(newest);
        return List.copyOf(results);
    }

    private static ObjectOutcome outcome(ObjectWrite write, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Committed(long revision) ->
                    switch (write) {
                        case ObjectWrite.Create(Message object) ->
                                new ObjectOutcome.Stored(ObjectCodec.at(object, revision));
                        case ObjectWrite.Update(Message object) ->
                                new ObjectOutcome.Stored(ObjectCodec.at(object, revision));
                        case ObjectWrite.Delete(ObjectKey key, _) ->
                                new ObjectOutcome.Deleted(key, revision);
                    };
            case Outcome.Conflict(Optional<Entry> current) ->
                    new ObjectOutcome.Conflict(
                            current.map(entry -> ObjectCodec.decode(write.key(), entry)));
            case Outcome.Fenced _ -> new ObjectOutcome.Fenced();
            case Outcome.Abandoned _ -> new ObjectOutcome.Abandoned();
            case Outcome.Failed(var cause) -> new ObjectOutcome.Failed(cause);
        };
    }

    /// Follows changes from a revision on, inclusive.
    ///
    /// @param kind null for all kinds
    /// @param namespace empty for all namespaces
    /// @param fromRevision an object's resourceVersion (all changes of that revision come again), a
    ///   listing's revision plus 1, or what a bookmark said; 0 for what changes from now on
    public Subscription watch(
            @Nullable Kind kind,
            String namespace,
            long fromRevision,
            Subscription.Listener listener) {
        ChangeLog log = feed.log(kind);
        LogSubscription subscription =
                new LogSubscription(log, log.open(fromRevision, namespace), listener);
        threads.newThread(subscription).start();
        return subscription;
    }

    /// Lets every subscription that has nothing else to say tell its listener how far it has come.
    /// Called by a timer.
    public void sendBookmarks() {
        feed.sendBookmarks();
    }

    /// Ends all subscriptions; does not close the store.
    @Override
    public void close() {
        feed.close();
    }
}

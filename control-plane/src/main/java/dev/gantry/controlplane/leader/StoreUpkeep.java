package dev.gantry.controlplane.leader;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.time.Times;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.Write;
import dev.gantry.loop.Outcome;
import dev.gantry.loop.Reconciler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// What the leader does for the store itself: forgets old revisions and old events. Every task is a
/// key of its queue.
public final class StoreUpkeep implements Reconciler<StoreUpkeep.Task> {
    static final String MARK = "/gantry/v1/meta/compaction";

    // Between one and two of these pasts are kept: what a client that was away may still resume
    // from.
    static final Duration COMPACT_EVERY = Duration.ofMinutes(5);
    static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

    /// How long an event is kept after it was last seen; Kubernetes keeps them as long.
    static final Duration EVENT_LIFE = Duration.ofHours(1);

    // One sweep leaves room for others' writes.
    private static final int SWEEP_MAX = 2_000;

    private final Store store;
    private final ObjectStore objects;
    private final Supplier<Optional<Fence>> leadership;
    private long marked;

    /// The leader's tasks.
    public enum Task {
        COMPACT,
        EXPIRE_EVENTS
    }

    /// @param leadership the fence of this replica's term; empty while it does not lead
    public StoreUpkeep(Store store, ObjectStore objects, Supplier<Optional<Fence>> leadership) {
        this.store = store;
        this.objects = objects;
        this.leadership = leadership;
    }

    @Override
    public Outcome reconcile(Task task, Instant now) throws InterruptedException {
        Optional<Fence> fence = leadership.get();
        Duration pause = task == Task.COMPACT ? COMPACT_EVERY : SWEEP_EVERY;
        if (fence.isPresent()) {
            switch (task) {
                case COMPACT -> compact(fence.get());
                case EXPIRE_EVENTS -> expire(now, fence.get());
            }
        }
        return Outcome.recheckAfter(pause);
    }

    /// Forgets what came before the mark of the last time, and sets the next one. A mark is a put
    /// of a key of its own, so that the oldest revision that is kept never is that of a deletion,
    /// which etcd 3.4 would not tell a watch that begins just there.
    private void compact(Fence fence) throws InterruptedException {
        Write.Put mark = new Write.Put(MARK, ByteString.EMPTY, Expect.any(), fence, 0);
        if (store.commit(List.of(mark)).getFirst()
                instanceof dev.gantry.controlplane.store.Outcome.Committed(long revision)) {
            if (marked > 0) {
                store.compact(marked);
            }
            marked = revision;
        }
    }

    private void expire(Instant now, Fence fence) throws InterruptedException {
        List<ObjectWrite> deletes = new ArrayList<>();
        for (Message object : objects.list(Kinds.EVENT, "").objects()) {
            Event event = (Event) object;
            if (lastSeen(event).plus(EVENT_LIFE).isBefore(now) && deletes.size() < SWEEP_MAX) {
                deletes.add(
                        new ObjectWrite.Delete(
                                ObjectKey.of(event), event.getMetadata().getResourceVersion()));
            }
        }
        if (!deletes.isEmpty()) {
            objects.commit(deletes, fence);
        }
    }

    private static Instant lastSeen(Event event) {
        return Stream.of(
                        Times.instant(event.getMetadata().getCreationTimestamp()),
                        Times.instant(event.getLastTimestamp()),
                        Times.instant(event.getEventTime()),
                        Times.instant(event.getSeries().getLastObservedTime()))
                .max(Instant::compareTo)
                .orElseThrow();
    }
}

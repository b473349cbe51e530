package dev.gantry.controlplane.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.time.Times;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.store.CompactedException;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.controlplane.store.Write;
import dev.gantry.controlplane.store.memory.MemoryStore;
import dev.gantry.loop.Outcome;
import dev.gantry.loop.SimClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StoreUpkeepTest {
    private final SimClock clock = new SimClock();
    private final MemoryStore store = new MemoryStore(clock);

    private Fence lead() {
        store.commit(List.of(new Write.Put(LeaderElection.KEY, ByteString.EMPTY, Expect.absent())));
        return new Fence(
                LeaderElection.KEY, store.get(LeaderElection.KEY).orElseThrow().modRevision());
    }

    private static Event event(String name, Instant last) {
        return Event.newBuilder()
                .setMetadata(ObjectMeta.newBuilder().setNamespace("default").setName(name))
                .setLastTimestamp(Times.of(last))
                .build();
    }

    @Test
    void leaderRemovesEventsAnHourAfterTheyWereLastSeen() throws Exception {
        try (ObjectStore objects =
                ObjectStore.start(
                        store, Thread.ofVirtual().factory(), clock, new SplittableRandom(1))) {
            Fence fence = lead();
            Instant now = clock.instant();
            objects.commit(
                    List.of(
                            new ObjectWrite.Create(event("old", now.minus(Duration.ofMinutes(61)))),
                            new ObjectWrite.Create(
                                    event("new", now.minus(Duration.ofMinutes(59))))));
            StoreUpkeep upkeep = new StoreUpkeep(store, objects, () -> Optional.of(fence));

            Outcome outcome = upkeep.reconcile(StoreUpkeep.Task.EXPIRE_EVENTS, now);

            assertThat(outcome).isEqualTo(Outcome.recheckAfter(StoreUpkeep.SWEEP_EVERY));
            assertThat(objects.list(Kinds.EVENT, "").objects())
                    .extracting((Message left) -> ((Event) left).getMetadata().getName())
                    .containsExactly("new");
        }
    }

    @Test
    void compactionKeepsWhatCameAfterTheLastMark() throws Exception {
        try (ObjectStore objects =
                ObjectStore.start(
                        store, Thread.ofVirtual().factory(), clock, new SplittableRandom(1))) {
            Fence fence = lead();
            long before = store.currentRevision();
            StoreUpkeep upkeep = new StoreUpkeep(store, objects, () -> Optional.of(fence));

            upkeep.reconcile(StoreUpkeep.Task.COMPACT, clock.instant());
            long mark = store.get(StoreUpkeep.MARK).orElseThrow().modRevision();
            assertThat(store.range("/", before, "", 1).entries()).isNotEmpty();
            upkeep.reconcile(StoreUpkeep.Task.COMPACT, clock.instant());

            assertThatThrownBy(() -> store.range("/", before, "", 1))
                    .isInstanceOf(CompactedException.class);
            assertThat(store.range("/", mark, "", 1).entries()).isNotEmpty();
        }
    }

    @Test
    void whoDoesNotLeadChangesNothing() throws Exception {
        try (ObjectStore objects =
                ObjectStore.start(
                        store, Thread.ofVirtual().factory(), clock, new SplittableRandom(1))) {
            long before = store.currentRevision();
            StoreUpkeep upkeep = new StoreUpkeep(store, objects, Optional::empty);

            upkeep.reconcile(StoreUpkeep.Task.COMPACT, clock.instant());
            upkeep.reconcile(StoreUpkeep.Task.EXPIRE_EVENTS, clock.instant());

            assertThat(store.currentRevision()).isEqualTo(before);
        }
    }
}

package dev.gantry.controlplane.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodSpec;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.meta.v1.OwnerReference;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Write;
import dev.gantry.controlplane.store.memory.MemoryStore;
import dev.gantry.loop.SimClock;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ObjectStoreTest {
    private final SimClock clock = new SimClock();
    private final MemoryStore store = new MemoryStore(clock);
    private final ObjectStore objects = start();

    private ObjectStore start() {
        try {
            return ObjectStore.start(
                    store, Thread.ofVirtual().factory(), clock, new SplittableRandom(1));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void checkEmpty() {
        assertThat(objects.list(Kinds.POD, "").objects()).isEmpty();
    }

    @AfterEach
    void close() {
        objects.close();
        store.close();
    }

    static Pod pod(String namespace, String name) {
        return Pod.newBuilder()
                .setMetadata(ObjectMeta.newBuilder().setNamespace(namespace).setName(name))
                .build();
    }

    private Message stored(ObjectWrite write) throws InterruptedException {
        ObjectOutcome outcome = objects.commit(List.of(write)).getFirst();
        assertThat(outcome).isInstanceOf(ObjectOutcome.Stored.class);
        return ((ObjectOutcome.Stored) outcome).object();
    }

    private long create(String namespace, String name) throws InterruptedException {
        Message object = stored(new ObjectWrite.Create(pod(namespace, name)));
        return Long.parseLong(Meta.of(object).getResourceVersion());
    }

    private static List<String> names(Iterable<Message> objects) {
        return StreamSupport.stream(objects.spliterator(), false)
                .map(object -> Meta.of(object).getNamespace() + "/" + Meta.of(object).getName())
                .toList();
    }

    @Test
    void createdObjectIsReadAtOnceWithItsRevision() throws Exception {
        Message created = stored(new ObjectWrite.Create(pod("default", "web")));

        assertThat(objects.get(ObjectKey.of(created))).contains(created);
        assertThat(Meta.of(created).getResourceVersion())
                .isEqualTo(Long.toString(objects.revision()));
    }

    @Test
    void secondCreateIsInConflictWithTheFirst() throws Exception {
        Message first = stored(new ObjectWrite.Create(pod("default", "web")));

        ObjectOutcome second =
                objects.commit(List.of(new ObjectWrite.Create(pod("default", "web")))).getFirst();

        assertThat(second).isEqualTo(new ObjectOutcome.Conflict(Optional.of(first)));
    }

    @Test
    void updateComparesTheResourceVersion() throws Exception {
        Message first = stored(new ObjectWrite.Create(pod("default", "web")));
        Message second = stored(new ObjectWrite.Update(first));

        ObjectOutcome stale = objects.commit(List.of(new ObjectWrite.Update(first))).getFirst();

        assertThat(stale).isEqualTo(new ObjectOutcome.Conflict(Optional.of(second)));
    }

    @Test
    void updateWithoutResourceVersionReplacesWhatExistsOnly() throws Exception {
        assertThat(objects.commit(List.of(new ObjectWrite.Update(pod("default", "web")))))
                .containsExactly(new ObjectOutcome.Conflict(Optional.empty()));
        create("default", "web");

        Message replaced = stored(new ObjectWrite.Update(pod("default", "web")));

        assertThat(objects.get(ObjectKey.of(replaced))).contains(replaced);
    }

    @Test
    void deletedObjectIsGone() throws Exception {
        create("default", "web");
        ObjectKey key = new ObjectKey(Kinds.POD, "default", "web");

        ObjectOutcome outcome = objects.commit(List.of(new ObjectWrite.Delete(key, ""))).getFirst();

        assertThat(outcome).isEqualTo(new ObjectOutcome.Deleted(key, objects.revision()));
        assertThat(objects.get(key)).isEmpty();
    }

    @Test
    void listingIsOfOneNamespaceAndStaysAsItWas() throws Exception {
        create("b", "two");
        create("a", "one");
        create("a-b", "three");
        Listing before = objects.list(Kinds.POD, "a");
        create("a", "later");

        assertThat(names(before.objects())).containsExactly("a/one");
        assertThat(names(objects.list(Kinds.POD, "").objects()))
                .containsExactlyInAnyOrder("a/later", "a/one", "a-b/three", "b/two");
        assertThat(objects.list(Kinds.POD, "a").objects()).hasSize(2);
    }

    @Test
    void indexesFollowTheObject() throws Exception {
        Pod waiting =
                pod("default", "web").toBuilder()
                        .setMetadata(
                                ObjectMeta.newBuilder()
                                        .setNamespace("default")
                                        .setName("web")
                                        .addOwnerReferences(
                                                OwnerReference.newBuilder().setUid("u1")))
                        .build();
        Pod created = (Pod) stored(new ObjectWrite.Create(waiting));
        assertThat(objects.byIndex(Index.POD_BY_NODE, "")).containsExactly(created);

        Message bound =
                stored(
                        new ObjectWrite.Update(
                                created.toBuilder()
                                        .setSpec(PodSpec.newBuilder().setNodeName("n1"))
                                        .build()));

        assertThat(objects.byIndex(Index.POD_BY_NODE, "")).isEmpty();
        assertThat(objects.byIndex(Index.POD_BY_NODE, "n1")).containsExactly(bound);
        assertThat(objects.byIndex(Index.POD_BY_NODE, "n")).isEmpty();
        assertThat(objects.byIndex(Index.BY_OWNER_UID, "u1")).containsExactly(bound);
    }

    @Test
    void watchTellsWhatHappensToItsKindAndNamespace() throws Exception {
        Heard heard = new Heard();
        long start = objects.list(Kinds.POD, "").revision() + 1;
        try (Subscription _ = objects.watch(Kinds.POD, "default", start, heard)) {
            create("default", "web");
            create("other", "web");
            stored(
                    new ObjectWrite.Create(
                            Node.newBuilder()
                                    .setMetadata(ObjectMeta.newBuilder().setName("n1"))
                                    .build()));
            stored(new ObjectWrite.Update(pod("default", "web")));
            objects.commit(
                    List.of(
                            new ObjectWrite.Delete(
                                    new ObjectKey(Kinds.POD, "default", "web"), "")));

            List<String> lines =
                    heard.take(4).stream().filter(line -> !line.startsWith("bookmark")).toList();

            assertThat(lines)
                    .containsExactly(
                            "ADDED pod default/web",
                            "MODIFIED pod default/web",
                            "DELETED pod default/web");
        }
    }

    @Test
    void watchFromAnObjectsRevisionTellsThatRevisionAgainAndFromABookmarkNot() throws Exception {
        long revision = create("default", "web");
        Heard again = new Heard();
        Heard after = new Heard();

        try (Subscription _ = objects.watch(null, "", revision, again);
                Subscription _ = objects.watch(null, "", revision + 1, after)) {
            assertThat(again.take(2))
                    .containsExactly("ADDED pod default/web", "bookmark " + (revision + 1));
            assertThat(after.take(1)).containsExactly("bookmark " + (revision + 1));
        }
    }

    @Test
    void bookmarkFollowsWritesThatTheWatchDoesNotTell() throws Exception {
        Heard heard = new Heard();
        try (Subscription _ = objects.watch(Kinds.NODE, "", 0, heard)) {
            heard.take(1);
            long revision = create("default", "web");

            objects.sendBookmarks();

            assertThat(heard.take(1)).containsExactly("bookmark " + (revision + 1));
        }
    }

    @Test
    void watchFromBeforeTheWindowIsCompacted() throws Exception {
        create("default", "web");
        Heard heard = new Heard();

        try (Subscription _ = objects.watch(Kinds.POD, "", 1, heard)) {
            assertThat(heard.take(1)).containsExactly("closed COMPACTED");
        }
    }

    @Test
    void writeOfAnotherReplicaIsSeenAfterAwaitFresh() throws Exception {
        try (ObjectStore other =
                ObjectStore.start(
                        store, Thread.ofVirtual().factory(), clock, new SplittableRandom(2))) {
            create("default", "web");

            other.awaitFresh();

            assertThat(names(other.list(Kinds.POD, "").objects())).containsExactly("default/web");
            assertThat(other.epoch()).isEqualTo(objects.epoch()).isNotEmpty();
        }
    }

    @Test
    void togetherIsAllOrNone() throws Exception {
        create("default", "b");

        List<ObjectOutcome> outcomes =
                objects.commitTogether(
                        List.of(
                                new ObjectWrite.Create(pod("default", "a")),
                                new ObjectWrite.Create(pod("default", "b"))));

        assertThat(outcomes.get(0)).isEqualTo(new ObjectOutcome.Abandoned());
        assertThat(outcomes.get(1)).isInstanceOf(ObjectOutcome.Conflict.class);
        assertThat(names(objects.list(Kinds.POD, "").objects())).containsExactly("default/b");
    }

    @Test
    void unreadableValueIsLeftOutAndTheOthersAreServed() throws Exception {
        store.commit(
                List.of(
                        new Write.Put(
                                "/gantry/v1/core/pods/default/bad",
                                ByteString.copyFromUtf8("\0\1\2"),
                                Expect.any())));
        create("default", "good");

        assertThat(names(objects.list(Kinds.POD, "").objects())).containsExactly("default/good");
    }
}

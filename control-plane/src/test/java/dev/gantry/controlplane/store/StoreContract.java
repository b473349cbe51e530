package dev.gantry.controlplane.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every adapter of [Store] does. Each test has a prefix of its own, so that all may share one
/// store.
@Timeout(60)
public abstract class StoreContract {
    private static int tests;

    private String prefix = "";

    /// The store under test, the same at each call within a test.
    protected abstract Store store();

    /// Lets at least this much time pass for leases.
    protected abstract void pass(Duration time) throws InterruptedException;

    @BeforeEach
    void drawPrefix() {
        prefix = "/contract/" + getClass().getSimpleName() + "/" + ++tests + "/";
    }

    private String key(String name) {
        return prefix + name;
    }

    private static ByteString value(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private Write.Put put(String name, String value, Expect expect) {
        return new Write.Put(key(name), value(value), expect);
    }

    private Outcome commit(Write write) throws InterruptedException {
        return store().commit(List.of(write)).getFirst();
    }

    private long committed(Write write) throws InterruptedException {
        Outcome outcome = commit(write);
        assertThat(outcome).isInstanceOf(Outcome.Committed.class);
        return ((Outcome.Committed) outcome).revision();
    }

    private Entry entry(String name) throws InterruptedException {
        return store().get(key(name)).orElseThrow();
    }

    @Test
    void putIsReadBackAtItsRevision() throws Exception {
        long revision = committed(put("a", "one", Expect.any()));

        assertThat(store().get(key("a")))
                .contains(new Entry(key("a"), value("one"), revision, revision, 0));
        assertThat(store().currentRevision()).isGreaterThanOrEqualTo(revision);
    }

    @Test
    void createRevisionStaysWhileTheKeyLivesAndIsNewAfterwards() throws Exception {
        long first = committed(put("a", "one", Expect.absent()));
        committed(put("a", "two", Expect.present()));
        assertThat(entry("a").createRevision()).isEqualTo(first);
        committed(new Write.Delete(key("a"), Expect.any()));

        long again = committed(put("a", "three", Expect.absent()));

        assertThat(entry("a").createRevision()).isEqualTo(again);
    }

    @Test
    void absentIsInConflictWithWhatExists() throws Exception {
        committed(put("a", "one", Expect.absent()));

        assertThat(commit(put("a", "two", Expect.absent())))
                .isEqualTo(new Outcome.Conflict(Optional.of(entry("a"))));
    }

    @Test
    void presentIsInConflictWithAbsence() throws Exception {
        assertThat(commit(put("a", "one", Expect.present())))
                .isEqualTo(new Outcome.Conflict(Optional.empty()));
        assertThat(store().get(key("a"))).isEmpty();
    }

    @Test
    void revisionIsComparedOnPutAndDelete() throws Exception {
        long old = committed(put("a", "one", Expect.absent()));
        long newer = committed(put("a", "two", Expect.revision(old)));

        assertThat(commit(put("a", "three", Expect.revision(old))))
                .isEqualTo(new Outcome.Conflict(Optional.of(entry("a"))));
        assertThat(commit(new Write.Delete(key("a"), Expect.revision(old))))
                .isEqualTo(new Outcome.Conflict(Optional.of(entry("a"))));
        committed(new Write.Delete(key("a"), Expect.revision(newer)));
        assertThat(store().get(key("a"))).isEmpty();
    }

    @Test
    void deleteOfNothingIsAConflict() throws Exception {
        assertThat(commit(new Write.Delete(key("a"), Expect.any())))
                .isEqualTo(new Outcome.Conflict(Optional.empty()));
    }

    @Test
    void outcomesStandInTheOrderOfTheWritesAndFailAlone() throws Exception {
        committed(put("b", "old", Expect.absent()));

        List<Outcome> outcomes =
                store().commit(
                                List.of(
                                        put("a", "1", Expect.absent()),
                                        put("b", "2", Expect.absent()),
                                        put("c", "3", Expect.absent())));

        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Committed.class);
        assertThat(outcomes.get(1)).isInstanceOf(Outcome.Conflict.class);
        assertThat(outcomes.get(2)).isInstanceOf(Outcome.Committed.class);
        assertThat(entry("b").value()).isEqualTo(value("old"));
    }

    @Test
    void writesOfOneKeyAreMadeInTheirOrder() throws Exception {
        List<Outcome> outcomes =
                store().commit(
                                List.of(
                                        put("a", "1", Expect.absent()),
                                        put("a", "2", Expect.absent()),
                                        new Write.Delete(key("a"), Expect.present()),
                                        put("a", "3", Expect.absent())));

        assertThat(outcomes.get(1)).isInstanceOf(Outcome.Conflict.class);
        assertThat(outcomes.get(3)).isInstanceOf(Outcome.Committed.class);
        assertThat(entry("a").value()).isEqualTo(value("3"));
    }

    @Test
    void aThousandWritesInOneCallAreAllMade() throws Exception {
        List<Write> writes = new ArrayList<>();
        IntStream.range(0, 1000)
                .forEach(i -> writes.add(put("n%04d".formatted(i), "v" + i, Expect.absent())));

        List<Outcome> outcomes = store().commit(writes);

        assertThat(outcomes).hasSize(1000).allMatch(o -> o instanceof Outcome.Committed);
        Range range = store().range(prefix, 0, key("n0990"), 5);
        assertThat(range.entries()).extracting(Entry::key).first().isEqualTo(key("n0990"));
        assertThat(range.entries()).hasSize(5);
        assertThat(range.more()).isTrue();
    }

    @Test
    void valueTooLargeForOneTransactionWithOthersIsStillWritten() throws Exception {
        ByteString large = ByteString.copyFrom(new byte[1_200_000]);
        List<Outcome> outcomes =
                store().commit(
                                List.of(
                                        put("a", "1", Expect.any()),
                                        new Write.Put(key("b"), large, Expect.absent()),
                                        new Write.Put(key("c"), large, Expect.absent())));

        assertThat(outcomes).allMatch(outcome -> outcome instanceof Outcome.Committed);
    }

    @Test
    void togetherIsOneRevisionOrNothing() throws Exception {
        List<Outcome> done =
                store().commitTogether(
                                List.of(
                                        put("a", "1", Expect.absent()),
                                        put("b", "2", Expect.absent())));
        assertThat(done.get(0)).isEqualTo(done.get(1)).isInstanceOf(Outcome.Committed.class);

        List<Outcome> refused =
                store().commitTogether(
                                List.of(
                                        put("c", "1", Expect.absent()),
                                        put("b", "2", Expect.absent())));

        assertThat(refused)
                .containsExactly(
                        new Outcome.Abandoned(), new Outcome.Conflict(Optional.of(entry("b"))));
        assertThat(store().get(key("c"))).isEmpty();
    }

    @Test
    void mostWritesTogetherFitWithAFence() throws Exception {
        long term = committed(put("leader", "me", Expect.absent()));
        Fence fence = new Fence(key("leader"), term);
        List<Write> writes = new ArrayList<>();
        for (int i = 0; i < Store.TOGETHER_MAX; i++) {
            writes.add(new Write.Put(key("t" + i), value("x"), Expect.absent(), fence, 0));
        }

        assertThat(store().commitTogether(writes))
                .allMatch(outcome -> outcome instanceof Outcome.Committed);

        writes.add(new Write.Put(key("more"), value("x"), Expect.absent(), fence, 0));
        assertThatThrownBy(() -> store().commitTogether(writes))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("do not fit one transaction");
    }

    @Test
    void fencedWritesHappenInTheirTermOnly() throws Exception {
        Fence old = new Fence(key("leader"), committed(put("leader", "me", Expect.absent())));
        List<Write> many = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            many.add(new Write.Put(key("f" + i), value("x"), Expect.any(), old, 0));
        }
        assertThat(store().commit(many)).allMatch(o -> o instanceof Outcome.Committed);
        committed(new Write.Delete(key("leader"), Expect.any()));
        committed(put("leader", "you", Expect.absent()));

        assertThat(commit(new Write.Put(key("f0"), value("y"), Expect.any(), old, 0)))
                .isEqualTo(new Outcome.Fenced());
        assertThat(commit(new Write.Delete(key("f0"), Expect.any(), old)))
                .isEqualTo(new Outcome.Fenced());
        assertThat(entry("f0").value()).isEqualTo(value("x"));
    }

    @Test
    void rangeAtARevisionShowsThePast() throws Exception {
        committed(put("a", "1", Expect.any()));
        long then = committed(put("b", "1", Expect.any()));
        committed(put("a", "2", Expect.any()));
        committed(new Write.Delete(key("b"), Expect.any()));
        committed(put("c", "1", Expect.any()));

        Range past = store().range(prefix, then, "", 10);

        assertThat(past.entries()).extracting(Entry::key).containsExactly(key("a"), key("b"));
        assertThat(past.entries().getFirst().value()).isEqualTo(value("1"));
        assertThat(past.revision()).isEqualTo(then);
        assertThat(past.more()).isFalse();
    }

    @Test
    void watchTellsAllChangesOnceAndInOrder() throws Exception {
        long before = committed(put("a", "0", Expect.any()));
        try (Watch watch = store().watch(prefix, before + 1)) {
            committed(put("b", "1", Expect.any()));
            committed(new Write.Delete(key("b"), Expect.any()));
            store().commitTogether(
                            List.of(put("c", "2", Expect.any()), put("d", "3", Expect.any())));
            committed(put("end", "", Expect.any()));

            List<String> seen = new ArrayList<>();
            long last = before;
            while (seen.isEmpty() || !seen.getLast().endsWith("/end")) {
                for (Change change : watch.next()) {
                    seen.add(change.getClass().getSimpleName() + " " + change.key());
                    assertThat(change.revision()).isGreaterThanOrEqualTo(last);
                    last = change.revision();
                }
            }

            assertThat(seen)
                    .containsExactly(
                            "Put " + key("b"),
                            "Deleted " + key("b"),
                            "Put " + key("c"),
                            "Put " + key("d"),
                            "Put " + key("end"));
        }
    }

    @Test
    void largeRevisionArrivesWhole() throws Exception {
        long before = committed(put("a", "0", Expect.any()));
        List<Write> writes = new ArrayList<>();
        ByteString large = ByteString.copyFrom(new byte[10_000]);
        for (int i = 0; i < 100; i++) {
            writes.add(new Write.Put(key("w" + i), large, Expect.any()));
        }
        try (Watch watch = store().watch(prefix, before + 1)) {
            store().commitTogether(writes);

            List<Change> changes = watch.next();

            assertThat(changes).hasSize(100);
        }
    }

    @Test
    void compactedHistoryIsRefused() throws Exception {
        long old = committed(put("a", "1", Expect.any()));
        committed(put("a", "2", Expect.any()));
        long now = committed(put("a", "3", Expect.any()));
        store().compact(now);
        store().compact(now);

        assertThatThrownBy(() -> store().range(prefix, old, "", 1))
                .isInstanceOf(CompactedException.class);
        try (Watch watch = store().watch(prefix, old)) {
            assertThatThrownBy(watch::next).isInstanceOf(CompactedException.class);
        }
        assertThat(entry("a").value()).isEqualTo(value("3"));
        try (Watch watch = store().watch(prefix, now)) {
            assertThat(watch.next()).hasSize(1);
        }
    }

    @Test
    void keysEndWithTheirLease() throws Exception {
        long lease = store().grantLease(Duration.ofSeconds(1));
        long other = store().grantLease(Duration.ofSeconds(60));
        long before =
                committed(new Write.Put(key("short"), value(""), Expect.absent(), null, lease));
        committed(new Write.Put(key("long"), value(""), Expect.absent(), null, other));
        assertThat(entry("short").lease()).isEqualTo(lease);
        assertThat(store().keepAlive(lease)).isTrue();

        try (Watch watch = store().watch(key("short"), before + 1)) {
            pass(Duration.ofSeconds(2));
            assertThat(watch.next()).hasSize(1).allMatch(c -> c instanceof Change.Deleted);
        }

        assertThat(store().keepAlive(lease)).isFalse();
        assertThat(store().get(key("long"))).isPresent();
        store().revokeLease(other);
        store().revokeLease(other);
        assertThat(store().get(key("long"))).isEmpty();
    }

    @Test
    void putUnderALeaseThatIsGoneFailsAlone() throws Exception {
        long lease = store().grantLease(Duration.ofSeconds(60));
        store().revokeLease(lease);

        List<Outcome> outcomes =
                store().commit(
                                List.of(
                                        put("a", "1", Expect.any()),
                                        new Write.Put(
                                                key("b"), value(""), Expect.any(), null, lease),
                                        put("c", "1", Expect.any())));

        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Committed.class);
        assertThat(outcomes.get(1)).isInstanceOf(Outcome.Failed.class);
        assertThat(((Outcome.Failed) outcomes.get(1)).cause().reason())
                .isEqualTo(StoreException.Reason.NO_LEASE);
        assertThat(outcomes.get(2)).isInstanceOf(Outcome.Committed.class);
    }

    @Test
    void closedWatchEnds() throws Exception {
        Watch watch = store().watch(prefix, store().currentRevision() + 1);
        Thread closer = Thread.ofVirtual().start(watch::close);

        assertThatThrownBy(watch::next).isInstanceOf(StoreException.class);

        closer.join();
    }
}

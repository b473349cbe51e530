package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.store.Entry;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// All that the store has acknowledged, in order: what it must never lose. Kept apart from the
/// store, so that the two can be compared.
final class Journal {
    private static final String ROOT = "/gantry/v1/";
    private static final List<String> OBJECTS =
            Kinds.all().stream().map(kind -> ROOT + path(kind) + "/").toList();
    private static final int PAGE = 100_000;

    /// One change of one object.
    record Line(long revision, String key, ByteString value, boolean deleted) {}

    private final List<Line> lines = new ArrayList<>();
    private final SortedMap<String, Line> newest = new TreeMap<>();
    private long revision;
    private long leader;

    static String key(ObjectKey key) {
        String namespace = key.namespace().isEmpty() ? "-" : key.namespace();
        return ROOT + path(key.kind()) + "/" + namespace + "/" + key.name();
    }

    private static String path(Kind kind) {
        return (kind.group().isEmpty() ? "core" : kind.group()) + "/" + kind.plural();
    }

    /// A new leader: whoever was it before writes nothing any more.
    void leads(Fence fence) {
        leader = fence.createRevision();
    }

    void record(List<Write> writes, List<Outcome> outcomes) {
        for (int i = 0; i < writes.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Committed(long at)) {
                record(writes.get(i), at);
            }
        }
    }

    private void record(Write write, long at) {
        assertThat(at).as("revisions only grow").isGreaterThanOrEqualTo(revision);
        revision = at;
        if (write.fence() != null) {
            assertThat(write.fence().createRevision())
                    .as("only the leader writes with a fence")
                    .isEqualTo(leader);
        }
        if (OBJECTS.stream().noneMatch(write.key()::startsWith)) {
            return;
        }
        Line line =
                switch (write) {
                    case Write.Put put -> new Line(at, put.key(), put.value(), false);
                    case Write.Delete delete -> new Line(at, delete.key(), ByteString.EMPTY, true);
                };
        lines.add(line);
        newest.put(line.key(), line);
    }

    List<Line> lines() {
        return lines;
    }

    /// Where the lines after a revision begin.
    int after(long at) {
        int index = lines.size();
        while (index > 0 && lines.get(index - 1).revision() > at) {
            index--;
        }
        return index;
    }

    /// The revision of each object that existed at a revision.
    SortedMap<String, Long> at(long when) {
        var state = new TreeMap<String, Long>();
        for (Line line : lines.subList(0, after(when))) {
            if (line.deleted()) {
                state.remove(line.key());
            } else {
                state.put(line.key(), line.revision());
            }
        }
        return state;
    }

    /// Every acknowledged write is there, and nothing else.
    void checkNothingLost(Store store) throws InterruptedException {
        var held = new TreeMap<String, ByteString>();
        for (Entry entry : store.range(ROOT, 0, "", PAGE).entries()) {
            if (OBJECTS.stream().anyMatch(entry.key()::startsWith)) {
                held.put(entry.key(), entry.value());
            }
        }
        var written = new TreeMap<String, ByteString>();
        newest.values().stream()
                .filter(line -> !line.deleted())
                .forEach(line -> written.put(line.key(), line.value()));
        assertThat(held.keySet()).as("no acknowledged write is lost").isEqualTo(written.keySet());
        assertThat(held.equals(written)).as("stored values are those acknowledged").isTrue();
    }
}

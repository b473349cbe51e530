package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.cache.ChangeEvent;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.Subscription;
import java.util.List;
import java.util.TreeMap;

/// Watches all objects of one replica and compares each event with what was acknowledged: every
/// change once, in order. What it sees must also make sense: pods do not move, nodes are not
/// overcommitted.
final class Watcher implements Subscription.Listener {
    private final ObjectStore objects;
    private final Journal journal;
    private final Trace trace;
    private final String replica;
    private final TreeMap<String, Pod> pods = new TreeMap<>();
    private int next;

    Watcher(ObjectStore objects, Journal journal, Trace trace, String replica) {
        this.objects = objects;
        this.journal = journal;
        this.trace = trace;
        this.replica = replica;
    }

    void start() {
        var state = new TreeMap<String, Long>();
        pods.clear();
        // The view may change between two lists, but no other thread runs in between.
        long revision = objects.revision();
        for (Kind kind : Kinds.all()) {
            for (Message object : objects.list(kind, "").objects()) {
                state.put(
                        Journal.key(ObjectKey.of(object)),
                        Long.parseLong(Meta.of(object).getResourceVersion()));
                note(object);
            }
        }
        assertThat(state)
                .as("%s lists what stood in the store at revision %d", replica, revision)
                .isEqualTo(journal.at(revision));
        checkCapacity();
        next = journal.after(revision);
        objects.watch(null, "", revision + 1, this);
    }

    @Override
    public void changed(List<ChangeEvent> events) {
        trace.guard(() -> {
            for (int i = 0; i < events.size(); i++) {
                ChangeEvent event = events.get(i);
                check(event);
                if (event.after() == null) {
                    pods.remove(Meta.of(event.object()).getUid());
                } else {
                    note(event.after());
                }
                boolean last = i + 1 == events.size();
                if (last || events.get(i + 1).revision() > event.revision()) {
                    checkCapacity();
                }
            }
        });
    }

    private void check(ChangeEvent event) {
        Journal.Line line = journal.lines().get(next++);
        assertThat(event.revision() + " " + Journal.key(event.key()))
                .as("%s sees each change once and in order", replica)
                .isEqualTo(line.revision() + " " + line.key());
        assertThat(event.after() == null).isEqualTo(line.deleted());
        if (event.before() instanceof Pod before
                && event.after() instanceof Pod after
                && before.getMetadata().getUid().equals(after.getMetadata().getUid())
                && !before.getSpec().getNodeName().isEmpty()) {
            assertThat(after.getSpec().getNodeName())
                    .as("pod %s stays on its node", event.key())
                    .isEqualTo(before.getSpec().getNodeName());
        }
        trace.add(replica + " " + line.revision() + " " + event.type() + " " + line.key());
    }

    private void note(Message object) {
        if (object instanceof Pod pod) {
            pods.put(pod.getMetadata().getUid(), pod);
        }
    }

    private void checkCapacity() {
        var used = new TreeMap<String, Long>();
        for (Pod pod : pods.values()) {
            String phase = pod.getStatus().getPhase();
            if (!phase.equals("Succeeded") && !phase.equals("Failed")) {
                used.merge(pod.getSpec().getNodeName(), Demand.milliCpu(pod), Long::sum);
            }
        }
        used.remove("");
        used.forEach((node, milli) ->
                assertThat(milli)
                        .as("node %s is not overcommitted, seen by %s", node, replica)
                        .isLessThanOrEqualTo(Demand.NODE_MILLI_CPU));
    }

    @Override
    public void bookmark(long nextRevision) {}

    @Override
    public void closed(Subscription.Reason reason) {
        if (reason != Subscription.Reason.STOPPED) {
            trace.add(replica + " watch " + reason);
            trace.guard(this::start);
        }
    }
}

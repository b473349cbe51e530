package dev.gantry.agent.pod;

import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.v1.PodStatusReport;
import dev.gantry.agent.container.AdoptedContainer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/// All pods of this node. One thread owns them ([PodLoop], or a simulation): it calls [#step()], which takes one event,
/// lets [PodMachine] decide, makes the pod's record durable, and starts the actions. Everyone else posts events or
/// reads [#pods()].
public final class PodAgent {
    // However a due time comes about, the loop never spins on it.
    private static final Duration RECHECK_MIN = Duration.ofMillis(20);

    private record Message(String uid, PodEvent event) {}

    private final PodRecords records;
    private final PodEffects effects;
    private final PodReports reports;
    private final EventWriter events;
    private final InstantSource clock;
    private final String hostIp;
    private final ConcurrentLinkedQueue<Message> inbox = new ConcurrentLinkedQueue<>();
    private final SortedMap<String, PodState> pods = new TreeMap<>();
    private final Map<String, Instant> due = new HashMap<>();
    private volatile SortedMap<String, PodState> view = new TreeMap<>();
    private volatile Runnable wake = () -> {};

    /// @param hostIp the node's address, for statuses
    public PodAgent(
            PodRecords records,
            PodParts parts,
            PodReports reports,
            Node node,
            InstantSource clock,
            java.util.concurrent.Executor executor) {
        this.records = records;
        this.reports = reports;
        this.events = new EventWriter(node.name());
        this.clock = clock;
        this.hostIp = node.address();
        this.effects = new PodEffects(parts, executor, clock, this::post);
    }

    /// The node that the pods run on.
    public record Node(String name, String address) {}

    /// Calls `action` after each post: wakes the thread that steps.
    public void onPost(Runnable action) {
        wake = action;
    }

    /// The pods as they are after the latest step, by uid. Any thread.
    public SortedMap<String, PodState> pods() {
        return view;
    }

    /// Something happened to a pod. Any thread; unknown pods are ignored unless the event brings one.
    public void post(String uid, PodEvent event) {
        inbox.add(new Message(uid, event));
        wake.run();
    }

    /// A pod's object is there or has changed. Any thread.
    public void upsert(Pod pod) {
        post(pod.getMetadata().getUid(), new PodEvent.Wanted(pod));
    }

    /// Only these pods are wanted any more: the control plane has said so.
    public void replaceAll(List<Pod> wanted) {
        var uids = new java.util.TreeSet<String>();
        wanted.forEach(p -> uids.add(p.getMetadata().getUid()));
        wanted.forEach(this::upsert);
        post("", new PodEvent.Removed());
        retain(uids);
    }

    private void retain(Set<String> uids) {
        for (var uid : known()) {
            if (!uids.contains(uid)) {
                post(uid, new PodEvent.Removed());
            }
        }
    }

    private Set<String> known() {
        return view.keySet();
    }

    // -------- start

    /// Takes up the pods that an earlier agent left, before anything else happens. Called once.
    ///
    /// @param adopted what the runtime found
    /// @param lodged uids of pods whose sandbox is still there
    /// @param exits reads how a run ended
    public void recover(
            List<AdoptedContainer> adopted, Set<String> lodged, PodEffects.ExitReader exits) {
        var byId = new TreeMap<String, AdoptedContainer>();
        adopted.forEach(a -> byId.put(a.id(), a));
        for (var record : records.load()) {
            var uid = record.getPod().getMetadata().getUid();
            var now = clock.instant();
            var restored = RecordCodec.state(record, lodged.contains(uid), now);
            var found = Recovery.match(restored, byId, exits, now);
            pods.put(uid, found.state());
            found.events().forEach(e -> inbox.add(new Message(uid, e)));
            inbox.add(new Message(uid, new PodEvent.Tick()));
        }
        publish();
        byId.keySet().forEach(effects::clear);
    }

    // -------- the loop

    /// Handles one event or one due time; false when there is nothing to do now.
    public boolean step() {
        var message = inbox.poll();
        if (message != null) {
            handle(message.uid(), message.event());
            return true;
        }
        var now = clock.instant();
        for (var entry : due.entrySet()) {
            if (!entry.getValue().isAfter(now)) {
                handle(entry.getKey(), new PodEvent.Tick());
                return true;
            }
        }
        return false;
    }

    /// When [#step()] has something to do even if nobody posts.
    public Optional<Instant> nextDue() {
        return inbox.isEmpty()
                ? due.values().stream().min(Instant::compareTo)
                : Optional.of(Instant.EPOCH);
    }

    private void handle(String uid, PodEvent event) {
        var state = pods.get(uid);
        if (state == null) {
            if (!(event instanceof PodEvent.Wanted(var pod))) {
                return;
            }
            state = PodState.fresh(pod);
        }
        var now = clock.instant();
        var step = PodMachine.step(state, event, now);
        var next = step.state();
        var status = StatusWriter.write(next, now, hostIp);
        boolean changed = !status.equals(next.status()) || !pods.containsKey(uid);
        next = next.withStatus(status);
        settle(uid, next, changed, now);
        for (var action : step.actions()) {
            if (action instanceof PodAction.Note note) {
                reports.event(events.write(next, note, now));
            } else {
                effects.start(next, action, note -> note(uid, note));
            }
        }
    }

    /// Durable first, then visible, then reported.
    private void settle(String uid, PodState next, boolean changed, Instant now) {
        boolean gone = next.stage() instanceof Stage.Gone;
        if (gone) {
            pods.remove(uid);
            due.remove(uid);
        } else {
            records.save(RecordCodec.record(next));
            pods.put(uid, next);
            PodPlanner.nextDue(next, now)
                    .map(t -> t.isBefore(now.plus(RECHECK_MIN)) ? now.plus(RECHECK_MIN) : t)
                    .ifPresentOrElse(t -> due.put(uid, t), () -> due.remove(uid));
        }
        publish();
        if (changed || gone) {
            reports.status(report(next, gone));
        }
        if (gone) {
            records.remove(uid);
            effects.forget(next);
        }
    }

    private void note(String uid, PodAction.Note note) {
        var state = view.get(uid);
        if (state != null) {
            reports.event(events.write(state, note, clock.instant()));
        }
    }

    private void publish() {
        view = new TreeMap<>(pods);
    }

    private static PodStatusReport report(PodState state, boolean gone) {
        var meta = state.pod().getMetadata();
        return PodStatusReport.newBuilder()
                .setNamespace(meta.getNamespace())
                .setName(meta.getName())
                .setUid(meta.getUid())
                .setStatus(state.status())
                .setGone(gone)
                .build();
    }

    /// All statuses again, for a control plane that may have lost them.
    public List<PodStatusReport> reportsOfAll() {
        var all = new ArrayList<PodStatusReport>();
        view.values().forEach(s -> all.add(report(s, false)));
        return all;
    }
}

package dev.gantry.agent.pod;

import dev.gantry.agent.container.AdoptedContainer;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.v1.PodStatusReport;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All pods of this node. One thread owns them ([PodLoop], or a simulation): it calls [#step()],
/// which takes the events that wait, lets [PodMachine] decide, makes the pods' records durable by
/// one wait for the disk, and starts the actions. Everyone else posts events or reads [#pods()].
///
/// While the disk refuses, nothing more is decided and started: it is tried again each second.
public final class PodAgent {
    // However a due time comes about, the loop never spins on it.
    private static final Duration RECHECK_MIN = Duration.ofMillis(20);
    // A pod that runs sooner is told of once: each status is a write to the cluster's store.
    private static final Duration PREPARING_UNTOLD = Duration.ofMillis(150);
    private static final Duration DISK_RETRY = Duration.ofSeconds(1);
    private static final int BATCH_MAX = 256;
    private static final Logger LOG = LoggerFactory.getLogger(PodAgent.class);

    private sealed interface Message {}

    private record Tell(String uid, PodEvent event) implements Message {}

    /// Pods of other uids are not wanted any more.
    private record Retain(SortedSet<String> uids) implements Message {}

    /// Of the pods with this name only the one with this uid (none when empty) is wanted.
    private record Only(String key, String uid) implements Message {}

    private final PodRecords records;
    private final PodEffects effects;
    private final PodReports reports;
    private final EventWriter events;
    private final InstantSource clock;
    private final String hostIp;
    private final ConcurrentLinkedQueue<Message> inbox = new ConcurrentLinkedQueue<>();
    private final SortedMap<String, PodState> pods = new TreeMap<>();
    private final Map<String, Instant> due = new HashMap<>();
    // When statuses that say no more than "being prepared" are told, unless something better comes.
    private final Map<String, Instant> quiet = new HashMap<>();
    // What may happen only after the flush, in order.
    private final ArrayDeque<Runnable> outcomes = new ArrayDeque<>();
    private final SortedSet<String> touched = new TreeSet<>();
    private @Nullable Instant retryAt;
    private volatile SortedMap<String, PodState> view = new TreeMap<>();
    private volatile Runnable wake = () -> {};

    /// @param node whose name events carry and whose address statuses carry
    public PodAgent(
            PodRecords records,
            PodParts parts,
            PodReports reports,
            Node node,
            InstantSource clock,
            Executor executor) {
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

    /// Something happened to a pod. Any thread; unknown pods are ignored unless the event brings
    /// one.
    public void post(String uid, PodEvent event) {
        send(new Tell(uid, event));
    }

    /// A pod's object is there or has changed; another one of its name is gone, then. Any thread.
    public void upsert(Pod pod) {
        var meta = pod.getMetadata();
        send(new Only(meta.getNamespace() + "/" + meta.getName(), meta.getUid()));
        post(meta.getUid(), new PodEvent.Wanted(pod));
    }

    /// The control plane says that there is no pod of this name. Any thread.
    public void remove(String namespace, String name) {
        send(new Only(namespace + "/" + name, ""));
    }

    /// Only these pods are wanted: the control plane says so. Any thread.
    public void replaceAll(Collection<Pod> wanted) {
        var uids = new TreeSet<String>();
        wanted.forEach(p -> uids.add(p.getMetadata().getUid()));
        send(new Retain(uids));
        wanted.forEach(this::upsert);
    }

    /// A config map or secret has changed: pods that wait for one try again. Any thread.
    public void objectsChanged() {
        view.keySet().forEach(uid -> post(uid, new PodEvent.ObjectsChanged()));
    }

    private void send(Message message) {
        inbox.add(message);
        wake.run();
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
            found.events().forEach(e -> inbox.add(new Tell(uid, e)));
            inbox.add(new Tell(uid, new PodEvent.Tick()));
        }
        publish();
        byId.keySet().forEach(effects::clear);
    }

    // -------- the loop

    /// Handles the events that wait, else what is due; false when there is nothing to do now.
    public boolean step() {
        var now = clock.instant();
        if (retryAt != null) {
            return !retryAt.isAfter(now) && finish(now);
        }
        int taken = 0;
        for (var message = inbox.poll(); message != null; message = inbox.poll()) {
            take(message);
            taken++;
            if (taken == BATCH_MAX) {
                break;
            }
        }
        if (taken == 0) {
            for (var uid : elapsed(due, now)) {
                handle(uid, new PodEvent.Tick());
                taken++;
            }
            for (var uid : elapsed(quiet, now)) {
                quiet.remove(uid);
                tell(pods.get(uid), false);
                taken++;
            }
        }
        return taken > 0 && finish(now);
    }

    private static List<String> elapsed(Map<String, Instant> times, Instant now) {
        return times.entrySet().stream()
                .filter(entry -> !entry.getValue().isAfter(now))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private void tell(@Nullable PodState state, boolean gone) {
        if (state != null) {
            outcomes.add(() -> reports.status(report(state, gone)));
        }
    }

    // Durable first, then visible, then reported and acted upon.
    private boolean finish(Instant now) {
        try {
            records.flush();
        } catch (UncheckedIOException e) {
            refused(e, now);
            return false;
        }
        retryAt = null;
        touched.clear();
        publish();
        for (var outcome = outcomes.poll(); outcome != null; outcome = outcomes.poll()) {
            outcome.run();
        }
        return true;
    }

    private void refused(UncheckedIOException e, Instant now) {
        boolean first = retryAt == null;
        retryAt = now.plus(DISK_RETRY);
        if (!first) {
            return;
        }
        var why = e.getCause() == null ? "" : ": " + e.getCause().getMessage();
        LOG.atError().setCause(e).log("pods stand still until their records can be written");
        var note =
                new PodAction.Note(
                        true,
                        "FailedStateSave",
                        e.getMessage()
                                + why
                                + ". Nothing is started until it can be written: make room on the"
                                + " node's disk",
                        "");
        for (var uid : touched) {
            var state = pods.get(uid);
            if (state != null) {
                reports.event(events.write(state, note, now));
            }
        }
    }

    /// When [#step()] has something to do even if nobody posts.
    public Optional<Instant> nextDue() {
        if (retryAt != null) {
            return Optional.of(retryAt);
        }
        return inbox.isEmpty()
                ? Stream.concat(due.values().stream(), quiet.values().stream())
                        .min(Instant::compareTo)
                : Optional.of(Instant.EPOCH);
    }

    private void take(Message message) {
        switch (message) {
            case Tell(var uid, var event) -> handle(uid, event);
            case Retain(var uids) ->
                    List.copyOf(pods.keySet()).stream()
                            .filter(uid -> !uids.contains(uid))
                            .forEach(uid -> handle(uid, new PodEvent.Removed()));
            case Only(var key, var uid) ->
                    List.copyOf(pods.values()).stream()
                            .filter(s -> s.key().equals(key) && !s.uid().equals(uid))
                            .forEach(s -> handle(s.uid(), new PodEvent.Removed()));
        }
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
        var written = next;
        for (var action : step.actions()) {
            outcomes.add(
                    action instanceof PodAction.Note note
                            ? () -> reports.event(events.write(written, note, now))
                            : () -> effects.start(written, action, note -> note(uid, note)));
        }
    }

    private void settle(String uid, PodState next, boolean changed, Instant now) {
        boolean gone = next.stage() instanceof Stage.Gone;
        if (gone) {
            pods.remove(uid);
            due.remove(uid);
            records.remove(uid);
        } else {
            records.save(RecordCodec.record(next));
            touched.add(uid);
            pods.put(uid, next);
            PodPlanner.nextDue(next, now)
                    .map(t -> t.isBefore(now.plus(RECHECK_MIN)) ? now.plus(RECHECK_MIN) : t)
                    .ifPresentOrElse(t -> due.put(uid, t), () -> due.remove(uid));
        }
        if (!gone && StatusWriter.isPreparing(next.status())) {
            if (changed) {
                quiet.putIfAbsent(uid, now.plus(PREPARING_UNTOLD));
            }
        } else {
            boolean untold = quiet.remove(uid) != null;
            if (changed || gone || untold) {
                tell(next, gone);
            }
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

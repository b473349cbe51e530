package dev.gantry.controlplane.scheduling;

import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.time.Times;
import dev.gantry.controlplane.cache.ChangeEvent;
import dev.gantry.controlplane.cache.ObjectOutcome;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.controller.ControllerSpec;
import dev.gantry.controlplane.controller.Note;
import dev.gantry.controlplane.controller.NoteSink;
import dev.gantry.controlplane.controller.Pods;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.loop.Outcome;
import dev.gantry.loop.Reconciler;
import dev.gantry.scheduler.ClusterColumns;
import dev.gantry.scheduler.Decision;
import dev.gantry.scheduler.PendingPods;
import dev.gantry.scheduler.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Binds pods to nodes. All of it is one key: events are put into an inbox by the subscription, and
/// the loop takes them out, brings the columns up to date, decides for the pods that wait, batch by
/// batch, and commits each batch of bindings at once.
///
/// A binding that the store refuses is taken back; the pod is tried again when its change arrives,
/// or after a delay.
public final class SchedulingReconciler implements Reconciler<ObjectKey> {

    private static final String NAME = "scheduler";
    private static final ObjectKey CYCLE = new ObjectKey(Kinds.POD, "", "scheduling cycle");
    // Bindings to one commit: some group-committed transactions' worth.
    private static final int BATCH_MAX = 500;
    private static final String SCHEDULER_DEFAULT = "default-scheduler";

    private final ObjectStore objects;
    private final Fence fence;
    private final NoteSink notes;
    private final Scheduler scheduler;
    private final ConcurrentLinkedQueue<ChangeEvent> inbox = new ConcurrentLinkedQueue<>();
    private final ClusterColumns cluster = new ClusterColumns();
    private final PendingPods pending = new PendingPods();
    private final Map<String, ObjectKey> keys = new HashMap<>();
    private final Map<ObjectKey, String> uids = new HashMap<>();

    private SchedulingReconciler(
            ObjectStore objects, Fence fence, NoteSink notes, RandomGenerator random) {
        this.objects = objects;
        this.fence = fence;
        this.notes = notes;
        this.scheduler = new Scheduler(random);
    }

    /// The scheduler as a controller with one worker: its columns belong to one thread.
    public static ControllerSpec controller(
            ObjectStore objects, Fence fence, NoteSink notes, RandomGenerator random) {
        var reconciler = new SchedulingReconciler(objects, fence, notes, random);
        return new ControllerSpec(NAME, reconciler::wakes, reconciler, 1);
    }

    private void wakes(ChangeEvent event, Consumer<ObjectKey> wake) {
        var kind = event.key().kind();
        if (kind.equals(Kinds.POD) || kind.equals(Kinds.NODE)) {
            inbox.add(event);
            wake.accept(CYCLE);
        }
    }

    @Override
    public Outcome reconcile(ObjectKey key, Instant now) throws InterruptedException {
        for (ChangeEvent event = inbox.poll(); event != null; event = inbox.poll()) {
            if (event.key().kind().equals(Kinds.NODE)) {
                nodeChanged(event, now);
            } else {
                podChanged(event, now);
            }
        }
        pending.tick(now);
        Optional<PendingPods.Batch> batch = pending.poll(BATCH_MAX);
        if (batch.isPresent()) {
            place(batch.get(), now);
            // The inbox first: what changed meanwhile may matter to the next batch.
            return Outcome.recheckAfter(Duration.ZERO);
        }
        return pending.nextDue()
                .map(due -> Outcome.recheckAfter(positive(Duration.between(now, due))))
                .orElseGet(Outcome::settled);
    }

    private void nodeChanged(ChangeEvent event, Instant now) {
        if (event.after() instanceof Node node) {
            int index = cluster.upsertNode(NodeSpecs.of(node));
            pending.nodeImproved(cluster, index, now);
        } else {
            cluster.removeNode(event.key().name());
        }
    }

    private void podChanged(ChangeEvent event, Instant now) {
        Pod pod = (Pod) event.object();
        String uid = pod.getMetadata().getUid();
        String before = uids.get(event.key());
        if (before != null && !before.equals(uid)) {
            forget(before, event.key(), now);
        }
        if (event.after() == null || Pods.isTerminal(pod)) {
            forget(uid, event.key(), now);
        } else if (!pod.getSpec().getNodeName().isEmpty()) {
            pending.remove(uid);
            uids.put(event.key(), uid);
            cluster.addPod(uid, pod.getSpec().getNodeName(), PodTemplates.of(pod));
        } else if (pod.getMetadata().hasDeletionTimestamp()) {
            forget(uid, event.key(), now);
        } else if (isOurs(pod)) {
            keys.put(uid, event.key());
            uids.put(event.key(), uid);
            pending.add(
                    new PendingPods.Pending(
                            uid,
                            PodTemplates.of(pod),
                            pod.getSpec().getPriority(),
                            pod.getMetadata().getCreationTimestamp().getSeconds()));
        }
    }

    private static boolean isOurs(Pod pod) {
        String name = pod.getSpec().getSchedulerName();
        return name.isEmpty() || name.equals(SCHEDULER_DEFAULT);
    }

    private void forget(String uid, ObjectKey key, Instant now) {
        pending.remove(uid);
        keys.remove(uid);
        uids.remove(key, uid);
        freed(cluster.removePod(uid), now);
    }

    private void freed(OptionalInt node, Instant now) {
        if (node.isPresent()) {
            pending.nodeImproved(cluster, node.getAsInt(), now);
        }
    }

    private void place(PendingPods.Batch batch, Instant now) throws InterruptedException {
        List<Pod> pods = new ArrayList<>();
        List<String> batchUids = new ArrayList<>();
        for (PendingPods.Pending one : batch.pods()) {
            Optional<Pod> pod = current(one.uid());
            if (pod.isPresent()) {
                pods.add(pod.get());
                batchUids.add(one.uid());
            } else {
                pending.remove(one.uid());
            }
        }
        List<Decision> decisions = scheduler.scheduleAll(cluster, batchUids, batch.template());
        List<ObjectWrite> writes = new ArrayList<>();
        List<Integer> written = new ArrayList<>();
        for (int i = 0; i < pods.size(); i++) {
            Pod changed = apply(pods.get(i), decisions.get(i), now);
            if (decisions.get(i) instanceof Decision.Unschedulable) {
                pending.unschedulable(batchUids.get(i));
            }
            if (!changed.equals(pods.get(i))) {
                writes.add(new ObjectWrite.Update(changed));
                written.add(i);
            }
        }
        List<ObjectOutcome> outcomes = objects.commit(writes, fence);
        for (int i = 0; i < outcomes.size(); i++) {
            int index = written.get(i);
            settle(pods.get(index), decisions.get(index), outcomes.get(i), now);
        }
    }

    // The pod as it is, if it still waits for a node.
    private Optional<Pod> current(String uid) {
        ObjectKey key = keys.get(uid);
        return key == null
                ? Optional.empty()
                : objects.get(key)
                        .map(Pod.class::cast)
                        .filter(pod -> pod.getMetadata().getUid().equals(uid))
                        .filter(pod -> pod.getSpec().getNodeName().isEmpty());
    }

    private void settle(Pod pod, Decision decision, ObjectOutcome outcome, Instant now) {
        String uid = pod.getMetadata().getUid();
        switch (decision) {
            case Decision.Placed(String node) -> {
                if (outcome instanceof ObjectOutcome.Stored) {
                    pending.remove(uid);
                    String name =
                            pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
                    tell(Note.normal(pod, "Scheduled", "assigned " + name + " to " + node));
                } else {
                    freed(cluster.removePod(uid), now);
                    pending.failed(uid, now);
                }
            }
            case Decision.Unschedulable unschedulable -> {
                if (outcome instanceof ObjectOutcome.Stored) {
                    tell(Note.warning(pod, "FailedScheduling", unschedulable.message()));
                }
            }
        }
    }

    private void tell(Note note) {
        notes.tell(NAME, note);
    }

    private static Pod apply(Pod pod, Decision decision, Instant now) {
        return switch (decision) {
            case Decision.Placed(String node) ->
                    PodConditions.withScheduled(pod, true, "", "", Times.of(now)).toBuilder()
                            .setSpec(pod.getSpec().toBuilder().setNodeName(node))
                            .build();
            case Decision.Unschedulable unschedulable ->
                    PodConditions.withScheduled(
                            pod, false, "Unschedulable", unschedulable.message(), Times.of(now));
        };
    }

    private static Duration positive(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }
}

package dev.gantry.controlplane.replicaset;

import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.apps.v1.ReplicaSetStatus;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodStatus;
import dev.gantry.api.core.v1.PodTemplateSpec;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.meta.v1.OwnerReference;
import dev.gantry.api.time.Times;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.controller.Deletions;
import dev.gantry.controlplane.controller.Names;
import dev.gantry.controlplane.controller.Note;
import dev.gantry.controlplane.controller.Plan;
import dev.gantry.controlplane.controller.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// What should follow for one ReplicaSet: pods to create, pods to delete, and its status. Pure.
final class ReplicaSetPlanner {

    // One plan is one batch to the store: more pods follow in the next.
    private static final int BURST_MAX = 500;

    /// What is seen of one ReplicaSet.
    ///
    /// @param owned the pods that it controls
    /// @param orphans pods of its namespace that match its selector and that nobody controls
    record Observed(ReplicaSet set, List<Pod> owned, List<Pod> orphans) {}

    private ReplicaSetPlanner() {}

    static Plan plan(Observed observed, Instant now, RandomGenerator random) {
        ReplicaSet set = observed.set();
        List<ObjectWrite> writes = new ArrayList<>();
        List<Note> notes = new ArrayList<>();
        List<Pod> active = new ArrayList<>();
        observed.owned().stream().filter(Pods::isActive).forEach(active::add);
        if (!set.getMetadata().hasDeletionTimestamp()) {
            for (Pod orphan : observed.orphans()) {
                if (Pods.isActive(orphan)) {
                    writes.add(new ObjectWrite.Update(adopted(orphan, set)));
                    active.add(orphan);
                }
            }
            int missing = set.getSpec().getReplicas() - active.size();
            if (missing > 0) {
                create(set, Math.min(missing, BURST_MAX), now, random, writes, notes);
            } else if (missing < 0) {
                delete(set, active, -missing, now, writes, notes);
            }
        }
        Duration minReady = Duration.ofSeconds(set.getSpec().getMinReadySeconds());
        ReplicaSetStatus status = status(observed, active, minReady, now);
        if (!status.equals(set.getStatus())) {
            writes.add(new ObjectWrite.Update(set.toBuilder().setStatus(status).build()));
        }
        return new Plan(writes, notes, recheck(active, minReady, now));
    }

    private static void create(
            ReplicaSet set,
            int count,
            Instant now,
            RandomGenerator random,
            List<ObjectWrite> writes,
            List<Note> notes) {
        for (int i = 0; i < count; i++) {
            Pod pod = newPod(set, now, random);
            writes.add(new ObjectWrite.Create(pod));
            notes.add(
                    Note.normal(
                            set,
                            "SuccessfulCreate",
                            "Created pod: " + pod.getMetadata().getName()));
        }
    }

    private static void delete(
            ReplicaSet set,
            List<Pod> active,
            int count,
            Instant now,
            List<ObjectWrite> writes,
            List<Note> notes) {
        for (Pod victim : victims(active, count)) {
            Deletions.delete(victim, now)
                    .ifPresent(write -> {
                        writes.removeIf(other -> other.key().equals(write.key()));
                        writes.add(write);
                        notes.add(
                                Note.normal(
                                        set,
                                        "SuccessfulDelete",
                                        "Deleted pod: " + victim.getMetadata().getName()));
                    });
        }
    }

    /// Which pods go first: those that wait for a node, then those that do not run, those not
    /// ready, those whose node carries most of the set's pods, those ready for the shortest time,
    /// those restarted most, the youngest (Kubernetes' order in `ActivePodsWithRanks`).
    static List<Pod> victims(List<Pod> active, int count) {
        Map<String, Integer> onNode = new HashMap<>();
        active.forEach(pod -> onNode.merge(pod.getSpec().getNodeName(), 1, Integer::sum));
        Comparator<Pod> order =
                Comparator.comparing((Pod pod) -> !pod.getSpec().getNodeName().isEmpty())
                        .thenComparing(pod -> pod.getStatus().getPhase().equals("Running"))
                        .thenComparing(Pods::isReady)
                        .thenComparingInt(
                                pod -> -onNode.getOrDefault(pod.getSpec().getNodeName(), 0))
                        .thenComparing(
                                pod -> Pods.readySince(pod).orElse(Instant.MAX),
                                Comparator.reverseOrder())
                        .thenComparingInt(pod -> -Pods.restarts(pod))
                        .thenComparing(
                                pod -> Times.instant(pod.getMetadata().getCreationTimestamp()),
                                Comparator.reverseOrder())
                        .thenComparing(pod -> pod.getMetadata().getName());
        return active.stream().sorted(order).limit(count).toList();
    }

    private static Pod newPod(ReplicaSet set, Instant now, RandomGenerator random) {
        PodTemplateSpec template = set.getSpec().getTemplate();
        String base = set.getMetadata().getName() + "-";
        ObjectMeta meta =
                ObjectMeta.newBuilder()
                        .setName(Names.generate(base, random))
                        .setGenerateName(base)
                        .setNamespace(set.getMetadata().getNamespace())
                        .setUid(Names.uid(random))
                        .setGeneration(1)
                        .setCreationTimestamp(Times.of(now))
                        .putAllLabels(template.getMetadata().getLabelsMap())
                        .putAllAnnotations(template.getMetadata().getAnnotationsMap())
                        .addAllFinalizers(template.getMetadata().getFinalizersList())
                        .addOwnerReferences(ownerReference(set))
                        .build();
        return Pod.newBuilder()
                .setMetadata(meta)
                .setSpec(template.getSpec())
                .setStatus(PodStatus.newBuilder().setPhase("Pending"))
                .build();
    }

    private static Pod adopted(Pod orphan, ReplicaSet set) {
        return orphan.toBuilder()
                .setMetadata(
                        orphan.getMetadata().toBuilder().addOwnerReferences(ownerReference(set)))
                .build();
    }

    private static OwnerReference ownerReference(ReplicaSet set) {
        return OwnerReference.newBuilder()
                .setApiVersion("apps/v1")
                .setKind("ReplicaSet")
                .setName(set.getMetadata().getName())
                .setUid(set.getMetadata().getUid())
                .setController(true)
                .setBlockOwnerDeletion(true)
                .build();
    }

    private static ReplicaSetStatus status(
            Observed observed, List<Pod> active, Duration minReady, Instant now) {
        Map<String, String> labels =
                observed.set().getSpec().getTemplate().getMetadata().getLabelsMap();
        int labelled = 0;
        int ready = 0;
        int available = 0;
        for (Pod pod : active) {
            if (pod.getMetadata().getLabelsMap().entrySet().containsAll(labels.entrySet())) {
                labelled++;
            }
            if (Pods.isReady(pod)) {
                ready++;
                available += Pods.isAvailable(pod, minReady, now) ? 1 : 0;
            }
        }
        ReplicaSetStatus.Builder status =
                observed.set().getStatus().toBuilder()
                        .setReplicas(active.size())
                        .setObservedGeneration(observed.set().getMetadata().getGeneration());
        // Zeros are left out, as everywhere where Kubernetes' own writers mean "absent" by them.
        status =
                labelled == 0
                        ? status.clearFullyLabeledReplicas()
                        : status.setFullyLabeledReplicas(labelled);
        status = ready == 0 ? status.clearReadyReplicas() : status.setReadyReplicas(ready);
        return (available == 0
                        ? status.clearAvailableReplicas()
                        : status.setAvailableReplicas(available))
                .build();
    }

    private static Optional<Duration> recheck(List<Pod> active, Duration minReady, Instant now) {
        if (minReady.isZero()) {
            return Optional.empty();
        }
        return active.stream()
                .flatMap(pod -> Pods.readySince(pod).stream())
                .map(since -> Duration.between(now, since.plus(minReady)))
                .filter(Duration::isPositive)
                .min(Comparator.naturalOrder());
    }
}

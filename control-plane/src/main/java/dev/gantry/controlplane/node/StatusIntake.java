package dev.gantry.controlplane.node;

import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodCondition;
import dev.gantry.api.core.v1.PodStatus;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.PodStatusReport;
import dev.gantry.controlplane.cache.ObjectOutcome;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.store.StoreException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Stores what a node reports about its pods. A report counts only for the pod of that uid on that
/// node: one that comes late, for a pod that was replaced or moved, changes nothing. Thread-safe.
final class StatusIntake {
    /// Conflicts come from people and controllers that write the same pod; so many in a row mean
    /// something else.
    private static final int ATTEMPTS_MAX = 20;

    private final ObjectStore objects;

    StatusIntake(ObjectStore objects) {
        this.objects = objects;
    }

    /// Returns when all reports are stored, or count for nothing.
    ///
    /// @throws StoreException when the store cannot take them now: the same reports are to be given
    ///   again, which does no harm
    void store(String node, List<PodStatusReport> reports) throws InterruptedException {
        List<PodStatusReport> left = reports;
        for (int attempt = 0; !left.isEmpty(); attempt++) {
            if (attempt == ATTEMPTS_MAX) {
                throw new StoreException(
                        StoreException.Reason.UNAVAILABLE,
                        "failed to store the status of "
                                + left.size()
                                + " pods of "
                                + node
                                + ": they are changed all the time",
                        null);
            }
            if (attempt > 0) {
                objects.awaitFresh();
            }
            left = attempt(node, left);
        }
    }

    private List<PodStatusReport> attempt(String node, List<PodStatusReport> reports)
            throws InterruptedException {
        var writes = new ArrayList<ObjectWrite>();
        var written = new ArrayList<PodStatusReport>();
        var later = new ArrayList<PodStatusReport>();
        Set<ObjectKey> keys = new LinkedHashSet<>();
        for (PodStatusReport report : reports) {
            ObjectKey key = keyOf(report);
            Optional<ObjectWrite> write = plan(node, report, podOf(key));
            if (write.isEmpty()) {
                continue;
            }
            if (keys.add(key)) {
                writes.add(write.get());
                written.add(report);
            } else {
                later.add(report);
            }
        }
        List<ObjectOutcome> outcomes = objects.commit(writes);
        for (int i = 0; i < outcomes.size(); i++) {
            switch (outcomes.get(i)) {
                case ObjectOutcome.Stored _, ObjectOutcome.Deleted _ -> {}
                case ObjectOutcome.Conflict _, ObjectOutcome.Fenced _, ObjectOutcome.Abandoned _ ->
                        later.add(written.get(i));
                case ObjectOutcome.Failed(var cause) -> throw cause;
            }
        }
        return later;
    }

    private static ObjectKey keyOf(PodStatusReport report) {
        return new ObjectKey(Kinds.POD, report.getNamespace(), report.getName());
    }

    private Optional<Pod> podOf(ObjectKey key) {
        return objects.get(key).map(Pod.class::cast);
    }

    /// What a report changes; empty when it changes nothing.
    static Optional<ObjectWrite> plan(String node, PodStatusReport report, Optional<Pod> stored) {
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        Pod pod = stored.get();
        boolean sameLife =
                pod.getMetadata().getUid().equals(report.getUid())
                        && pod.getSpec().getNodeName().equals(node);
        if (!sameLife) {
            return Optional.empty();
        }
        boolean leaving = report.getGone() && pod.getMetadata().hasDeletionTimestamp();
        if (leaving && pod.getMetadata().getFinalizersCount() == 0) {
            return Optional.of(
                    new ObjectWrite.Delete(
                            ObjectKey.of(pod), pod.getMetadata().getResourceVersion()));
        }
        Pod updated = report.hasStatus() ? withStatus(pod, report.getStatus()) : pod;
        if (leaving) {
            // Nothing runs any more: whoever removes the last finalizer may delete it at once.
            updated = Meta.edit(updated, meta -> meta.setDeletionGracePeriodSeconds(0));
        }
        return updated.equals(pod)
                ? Optional.empty()
                : Optional.of(new ObjectWrite.Update(updated));
    }

    // The node's word replaces the status, except what others say there: conditions of types that
    // the node does not report (PodScheduled, readiness gates), and the class that admission set.
    private static Pod withStatus(Pod pod, PodStatus reported) {
        PodStatus.Builder status = reported.toBuilder();
        Set<String> said = new LinkedHashSet<>();
        reported.getConditionsList().forEach(condition -> said.add(condition.getType()));
        for (PodCondition condition : pod.getStatus().getConditionsList()) {
            if (!said.contains(condition.getType())) {
                status.addConditions(condition);
            }
        }
        if (!reported.hasQosClass() && pod.getStatus().hasQosClass()) {
            status.setQosClass(pod.getStatus().getQosClass());
        }
        if (!reported.hasStartTime() && pod.getStatus().hasStartTime()) {
            status.setStartTime(pod.getStatus().getStartTime());
        }
        return pod.toBuilder().setStatus(status).build();
    }
}

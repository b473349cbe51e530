package dev.gantry.controlplane.deployment;

import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.DeploymentCondition;
import dev.gantry.api.apps.v1.DeploymentStatus;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.time.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/// A Deployment's status: its counts, and the conditions Available and Progressing in Kubernetes'
/// words. Pure.
final class DeploymentStatuses {

    private static final String AVAILABLE = "Available";
    private static final String PROGRESSING = "Progressing";
    private static final String DEADLINE_EXCEEDED = "ProgressDeadlineExceeded";
    private static final int DEADLINE_DEFAULT_SECONDS = 600;

    private DeploymentStatuses() {}

    static DeploymentStatus of(
            Deployment deployment,
            List<ReplicaSet> sets,
            Optional<ReplicaSet> current,
            Optional<ReplicaSet> created,
            Instant now) {
        int replicas = 0;
        int ready = 0;
        int available = 0;
        for (ReplicaSet set : sets) {
            replicas += set.getStatus().getReplicas();
            ready += set.getStatus().getReadyReplicas();
            available += set.getStatus().getAvailableReplicas();
        }
        int updated = current.map(set -> set.getStatus().getReplicas()).orElse(0);
        int wanted = sets.stream().mapToInt(set -> set.getSpec().getReplicas()).sum();
        DeploymentStatus old = deployment.getStatus();
        DeploymentStatus.Builder status =
                DeploymentStatus.newBuilder()
                        .setObservedGeneration(deployment.getMetadata().getGeneration());
        set(replicas, status::setReplicas);
        set(updated, status::setUpdatedReplicas);
        set(ready, status::setReadyReplicas);
        set(available, status::setAvailableReplicas);
        set(Math.max(0, wanted - available), status::setUnavailableReplicas);
        if (old.hasCollisionCount()) {
            status.setCollisionCount(old.getCollisionCount());
        }
        int minAvailable = RolloutBounds.of(deployment).minAvailable();
        boolean enough = available >= minAvailable;
        status.addConditions(
                condition(
                        old,
                        AVAILABLE,
                        enough,
                        enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                        enough
                                ? "Deployment has minimum availability."
                                : "Deployment does not have minimum availability.",
                        now,
                        false));
        status.addConditions(progress(deployment, status, current, created, now));
        return status.build();
    }

    /// When to look again: at the end of the progress deadline.
    static Optional<Duration> recheck(Deployment deployment, DeploymentStatus status, Instant now) {
        return find(status, PROGRESSING)
                .filter(c -> c.getStatus().equals("True"))
                .filter(c -> !c.getReason().equals("NewReplicaSetAvailable"))
                .filter(c -> !deployment.getSpec().getPaused())
                .map(c -> Times.instant(c.getLastUpdateTime()).plus(deadline(deployment)))
                .map(due -> Duration.between(now, due).plusSeconds(1))
                .map(delay -> delay.isNegative() ? Duration.ZERO : delay);
    }

    private static DeploymentCondition progress(
            Deployment deployment,
            DeploymentStatus.Builder status,
            Optional<ReplicaSet> current,
            Optional<ReplicaSet> created,
            Instant now) {
        DeploymentStatus old = deployment.getStatus();
        String name = current.or(() -> created).map(s -> s.getMetadata().getName()).orElse("");
        if (created.isPresent()) {
            return condition(
                    old,
                    PROGRESSING,
                    true,
                    "NewReplicaSetCreated",
                    "Created new replica set \"" + name + "\"",
                    now,
                    true);
        }
        if (isComplete(deployment, status)) {
            return condition(
                    old,
                    PROGRESSING,
                    true,
                    "NewReplicaSetAvailable",
                    "ReplicaSet \"" + name + "\" has successfully progressed.",
                    now,
                    false);
        }
        boolean moved =
                status.getUpdatedReplicas() > old.getUpdatedReplicas()
                        || status.getReadyReplicas() > old.getReadyReplicas()
                        || status.getAvailableReplicas() > old.getAvailableReplicas()
                        || status.getReplicas() - status.getUpdatedReplicas()
                                < old.getReplicas() - old.getUpdatedReplicas();
        Optional<DeploymentCondition> before = find(old, PROGRESSING);
        boolean wasComplete =
                before.map(c -> c.getReason().equals("NewReplicaSetAvailable")).orElse(true);
        if (moved || wasComplete) {
            return condition(
                    old,
                    PROGRESSING,
                    true,
                    "ReplicaSetUpdated",
                    "ReplicaSet \"" + name + "\" is progressing.",
                    now,
                    true);
        }
        DeploymentCondition kept = before.orElseThrow();
        Instant due = Times.instant(kept.getLastUpdateTime()).plus(deadline(deployment));
        if (deployment.getSpec().getPaused() || now.isBefore(due)) {
            return kept;
        }
        return condition(
                old,
                PROGRESSING,
                false,
                DEADLINE_EXCEEDED,
                "ReplicaSet \"" + name + "\" has timed out progressing.",
                now,
                false);
    }

    private static boolean isComplete(Deployment deployment, DeploymentStatus.Builder status) {
        int desired = deployment.getSpec().getReplicas();
        return status.getUpdatedReplicas() == desired
                && status.getReplicas() == desired
                && status.getAvailableReplicas() == desired;
    }

    private static Duration deadline(Deployment deployment) {
        return Duration.ofSeconds(
                deployment.getSpec().hasProgressDeadlineSeconds()
                        ? deployment.getSpec().getProgressDeadlineSeconds()
                        : DEADLINE_DEFAULT_SECONDS);
    }

    private static DeploymentCondition condition(
            DeploymentStatus old,
            String type,
            boolean value,
            String reason,
            String message,
            Instant now,
            boolean touch) {
        String text = value ? "True" : "False";
        Optional<DeploymentCondition> before = find(old, type);
        boolean same =
                before.filter(c ->
                                c.getStatus().equals(text)
                                        && c.getReason().equals(reason)
                                        && c.getMessage().equals(message))
                        .isPresent();
        if (same && !touch) {
            return before.orElseThrow();
        }
        var transition =
                before.filter(c -> c.getStatus().equals(text))
                        .map(DeploymentCondition::getLastTransitionTime)
                        .orElse(Times.of(now));
        return DeploymentCondition.newBuilder()
                .setType(type)
                .setStatus(text)
                .setReason(reason)
                .setMessage(message)
                .setLastUpdateTime(Times.of(now))
                .setLastTransitionTime(transition)
                .build();
    }

    private static Optional<DeploymentCondition> find(DeploymentStatus status, String type) {
        return status.getConditionsList().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst();
    }

    // Zeros are left out, as Kubernetes' own writers mean "absent" by them.
    private static void set(int value, IntConsumer setter) {
        if (value != 0) {
            setter.accept(value);
        }
    }
}

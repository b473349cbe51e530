package dev.gantry.controlplane.deployment;

import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.DeploymentStatus;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.controller.Note;
import dev.gantry.controlplane.controller.Plan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// What should follow for one Deployment: ReplicaSets to make, to scale and to forget, and its
/// status. Pure.
final class DeploymentPlanner {

    private static final int HISTORY_DEFAULT = 10;

    /// What is seen of one Deployment.
    ///
    /// @param sets the ReplicaSets that it controls
    /// @param oldPodsLeft whether a pod of an old set still runs or stops (asked by Recreate)
    /// @param nameTaken whether the name that a new set would have belongs to another object
    record Observed(
            Deployment deployment, List<ReplicaSet> sets, boolean oldPodsLeft, boolean nameTaken) {}

    private final Observed observed;
    private final Deployment deployment;
    private final RolloutBounds bounds;
    private final Instant now;
    private final RandomGenerator random;
    private final Optional<ReplicaSet> current;
    private final List<ReplicaSet> old;
    private final Map<ReplicaSet, ReplicaSet> changed = new LinkedHashMap<>();
    private final List<ObjectWrite> writes = new ArrayList<>();
    private final List<Note> notes = new ArrayList<>();
    private Optional<ReplicaSet> created = Optional.empty();
    private boolean collided;

    private DeploymentPlanner(Observed observed, Instant now, RandomGenerator random) {
        this.observed = observed;
        this.deployment = observed.deployment();
        this.bounds = RolloutBounds.of(deployment);
        this.now = now;
        this.random = random;
        this.current = Revisions.current(deployment, observed.sets());
        this.old =
                observed.sets().stream()
                        .filter(set -> current.isEmpty() || !set.equals(current.get()))
                        .sorted(Revisions.byAge())
                        .toList();
    }

    static Plan plan(Observed observed, Instant now, RandomGenerator random) {
        return new DeploymentPlanner(observed, now, random).plan();
    }

    private Plan plan() {
        if (!deployment.getMetadata().hasDeletionTimestamp()) {
            if (deployment.getSpec().getPaused() || isScaling()) {
                scale();
            } else if (RolloutBounds.isRecreate(deployment)) {
                recreate();
            } else {
                roll();
            }
            number();
            forget();
        }
        changed.forEach((before, after) -> {
            if (!before.equals(after)) {
                writes.add(new ObjectWrite.Update(after));
            }
        });
        DeploymentStatus status =
                DeploymentStatuses.of(deployment, observed.sets(), current, created, now);
        if (collided) {
            status =
                    status.toBuilder()
                            .setCollisionCount(deployment.getStatus().getCollisionCount() + 1)
                            .build();
        }
        Deployment next = deployment.toBuilder().setStatus(status).build();
        long revision = created.or(() -> current.map(this::latest)).map(this::number).orElse(0L);
        if (revision > 0 && Revisions.number(deployment.getMetadata()) != revision) {
            next =
                    next.toBuilder()
                            .setMetadata(
                                    next.getMetadata().toBuilder()
                                            .putAnnotations(
                                                    Revisions.REVISION, Long.toString(revision)))
                            .build();
        }
        if (!next.equals(deployment)) {
            writes.add(new ObjectWrite.Update(next));
        }
        return new Plan(writes, notes, DeploymentStatuses.recheck(deployment, status, now));
    }

    private long number(ReplicaSet set) {
        return Revisions.number(set.getMetadata());
    }

    // The wanted number changed since the sets were last sized.
    private boolean isScaling() {
        String desired = Integer.toString(bounds.desired());
        return observed.sets().stream()
                .filter(set -> set.getSpec().getReplicas() > 0)
                .anyMatch(set ->
                        !desired.equals(
                                set.getMetadata()
                                        .getAnnotationsMap()
                                        .getOrDefault(Revisions.DESIRED, desired)));
    }

    private void scale() {
        List<ReplicaSet> active =
                observed.sets().stream().filter(set -> set.getSpec().getReplicas() > 0).toList();
        if (active.size() <= 1) {
            Optional<ReplicaSet> only = active.stream().findFirst().or(() -> current);
            only.ifPresent(set -> resize(set, bounds.desired()));
            return;
        }
        boolean saturated =
                current.isPresent()
                        && current.get().getSpec().getReplicas() == bounds.desired()
                        && current.get().getStatus().getAvailableReplicas() == bounds.desired();
        if (saturated) {
            old.forEach(set -> resize(set, 0));
        } else if (!RolloutBounds.isRecreate(deployment)) {
            RollingUpdate.proportional(bounds, active).forEach(this::resize);
        }
    }

    private void roll() {
        int total = observed.sets().stream().mapToInt(set -> set.getSpec().getReplicas()).sum();
        if (current.isEmpty()) {
            create(RollingUpdate.grown(bounds, 0, total));
            return;
        }
        int size = current.get().getSpec().getReplicas();
        int grown = RollingUpdate.grown(bounds, size, total);
        resize(current.get(), grown);
        if (grown == size) {
            RollingUpdate.shrunk(bounds, current.get(), old).forEach(this::resize);
        }
    }

    private void recreate() {
        old.forEach(set -> resize(set, 0));
        boolean oldGone =
                !observed.oldPodsLeft()
                        && old.stream().allMatch(set -> set.getStatus().getReplicas() == 0);
        if (!oldGone) {
            return;
        }
        if (current.isEmpty()) {
            create(bounds.desired());
        } else {
            resize(current.get(), bounds.desired());
        }
    }

    private void create(int replicas) {
        if (observed.nameTaken()) {
            collided = true;
            return;
        }
        ReplicaSet set =
                Revisions.create(
                        deployment, replicas, nextNumber(), bounds.maxTotal(), now, random);
        created = Optional.of(set);
        writes.add(new ObjectWrite.Create(set));
        tellScaled("up", set, 0, replicas);
    }

    private void resize(ReplicaSet set, int size) {
        int before = set.getSpec().getReplicas();
        ReplicaSet.Builder after = latest(set).toBuilder();
        if (before != size) {
            after.getSpecBuilder().setReplicas(size);
            after.getMetadataBuilder().setGeneration(set.getMetadata().getGeneration() + 1);
            tellScaled(size > before ? "up" : "down", set, before, size);
        }
        if (size > 0) {
            after.setMetadata(
                    Revisions.annotate(
                            after.getMetadata(),
                            deployment,
                            Math.max(1, number(set)),
                            bounds.maxTotal()));
        }
        changed.put(set, after.build());
    }

    // A template that was used before and is used again becomes the newest revision (rollback).
    private void number() {
        if (current.isEmpty()) {
            return;
        }
        ReplicaSet set = current.get();
        long highestOld = old.stream().mapToLong(this::number).max().orElse(0);
        long wanted = number(set) > highestOld ? number(set) : highestOld + 1;
        ReplicaSet after = latest(set);
        if (number(after) != wanted
                || after.getSpec().getMinReadySeconds()
                        != deployment.getSpec().getMinReadySeconds()) {
            ReplicaSet.Builder builder = after.toBuilder();
            builder.setMetadata(
                    Revisions.annotate(after.getMetadata(), deployment, wanted, bounds.maxTotal()));
            if (deployment.getSpec().hasMinReadySeconds()) {
                builder.getSpecBuilder()
                        .setMinReadySeconds(deployment.getSpec().getMinReadySeconds());
            } else {
                builder.getSpecBuilder().clearMinReadySeconds();
            }
            changed.put(set, builder.build());
        }
    }

    private long nextNumber() {
        return observed.sets().stream().mapToLong(this::number).max().orElse(0) + 1;
    }

    private ReplicaSet latest(ReplicaSet set) {
        return changed.getOrDefault(set, set);
    }

    // Old sets without pods beyond the history limit go, lowest number first.
    private void forget() {
        int limit =
                deployment.getSpec().hasRevisionHistoryLimit()
                        ? deployment.getSpec().getRevisionHistoryLimit()
                        : HISTORY_DEFAULT;
        List<ReplicaSet> idle =
                old.stream()
                        .filter(set ->
                                set.getSpec().getReplicas() == 0
                                        && set.getStatus().getReplicas() == 0
                                        && !set.getMetadata().hasDeletionTimestamp())
                        .sorted(
                                Comparator.comparingLong((ReplicaSet set) -> number(set))
                                        .thenComparing(Revisions.byAge()))
                        .toList();
        for (ReplicaSet set : idle.subList(0, Math.max(0, idle.size() - limit))) {
            changed.remove(set);
            writes.add(
                    new ObjectWrite.Delete(
                            ObjectKey.of(set), set.getMetadata().getResourceVersion()));
        }
    }

    private void tellScaled(String direction, ReplicaSet set, int before, int after) {
        notes.add(
                Note.normal(
                        deployment,
                        "ScalingReplicaSet",
                        "Scaled %s replica set %s from %d to %d"
                                .formatted(direction, set.getMetadata().getName(), before, after)));
    }
}

package dev.gantry.controlplane.deployment;

import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.cache.ChangeEvent;
import dev.gantry.controlplane.cache.Index;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.controller.ControllerSpec;
import dev.gantry.controlplane.controller.PlanExecutor;
import dev.gantry.controlplane.controller.Pods;
import dev.gantry.loop.Outcome;
import dev.gantry.loop.Reconciler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Reads what a Deployment's plan depends on, and carries the plan out.
public final class DeploymentReconciler implements Reconciler<ObjectKey> {

    private static final String NAME = "deployment-controller";
    private static final int WORKERS = 4;

    private final ObjectStore objects;
    private final PlanExecutor executor;
    private final RandomGenerator random;

    private DeploymentReconciler(
            ObjectStore objects, PlanExecutor executor, RandomGenerator random) {
        this.objects = objects;
        this.executor = executor;
        this.random = random;
    }

    /// The controller of Deployments.
    public static ControllerSpec controller(
            ObjectStore objects, PlanExecutor executor, RandomGenerator random) {
        var reconciler = new DeploymentReconciler(objects, executor, random);
        return new ControllerSpec(NAME, reconciler::wakes, reconciler, WORKERS);
    }

    @Override
    public Outcome reconcile(ObjectKey key, Instant now) throws InterruptedException {
        var found = objects.get(key);
        if (found.isEmpty()) {
            return Outcome.settled();
        }
        Deployment deployment = (Deployment) found.get();
        String uid = deployment.getMetadata().getUid();
        List<ReplicaSet> sets = new ArrayList<>();
        for (Message object : objects.byIndex(Index.BY_OWNER_UID, uid)) {
            if (object instanceof ReplicaSet set) {
                sets.add(set);
            }
        }
        var observed =
                new DeploymentPlanner.Observed(
                        deployment,
                        sets,
                        RolloutBounds.isRecreate(deployment) && oldPodsLeft(deployment, sets),
                        nameTaken(deployment, sets));
        return executor.execute(NAME, DeploymentPlanner.plan(observed, now, random));
    }

    private boolean oldPodsLeft(Deployment deployment, List<ReplicaSet> sets) {
        var current = Revisions.current(deployment, sets);
        for (ReplicaSet set : sets) {
            boolean isOld = current.isEmpty() || !set.equals(current.get());
            if (isOld && hasPods(set)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasPods(ReplicaSet set) {
        return objects.byIndex(Index.BY_OWNER_UID, set.getMetadata().getUid()).stream()
                .anyMatch(object -> object instanceof Pod pod && !Pods.isTerminal(pod));
    }

    private boolean nameTaken(Deployment deployment, List<ReplicaSet> sets) {
        if (Revisions.current(deployment, sets).isPresent()) {
            return false;
        }
        String hash =
                Revisions.hash(
                        deployment.getSpec().getTemplate(),
                        deployment.getStatus().getCollisionCount());
        String name = deployment.getMetadata().getName() + "-" + hash;
        return objects.get(
                        new ObjectKey(
                                Kinds.REPLICA_SET, deployment.getMetadata().getNamespace(), name))
                .isPresent();
    }

    private void wakes(ChangeEvent event, Consumer<ObjectKey> wake) {
        var kind = event.key().kind();
        String namespace = event.key().namespace();
        if (kind.equals(Kinds.DEPLOYMENT)) {
            wake.accept(event.key());
        } else if (kind.equals(Kinds.REPLICA_SET)) {
            wakeOwner(event.object(), namespace, wake);
        } else if (kind.equals(Kinds.POD) && event.type() == ChangeEvent.Type.DELETED) {
            // Recreate waits for the last old pod's end.
            Meta.controllerOf(event.object())
                    .filter(owner -> owner.getKind().equals("ReplicaSet"))
                    .flatMap(owner ->
                            objects.get(
                                    new ObjectKey(Kinds.REPLICA_SET, namespace, owner.getName())))
                    .ifPresent(set -> wakeOwner(set, namespace, wake));
        }
    }

    private static void wakeOwner(Message set, String namespace, Consumer<ObjectKey> wake) {
        Meta.controllerOf(set)
                .filter(owner -> owner.getKind().equals("Deployment"))
                .ifPresent(owner ->
                        wake.accept(new ObjectKey(Kinds.DEPLOYMENT, namespace, owner.getName())));
    }
}

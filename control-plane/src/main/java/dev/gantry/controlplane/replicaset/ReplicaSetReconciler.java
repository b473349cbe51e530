package dev.gantry.controlplane.replicaset;

import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.selector.Selector;
import dev.gantry.api.selector.Selectors;
import dev.gantry.controlplane.cache.ChangeEvent;
import dev.gantry.controlplane.cache.Index;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.controller.ControllerSpec;
import dev.gantry.controlplane.controller.PlanExecutor;
import dev.gantry.loop.Outcome;
import dev.gantry.loop.Reconciler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Reads what a ReplicaSet's plan depends on, and carries the plan out.
public final class ReplicaSetReconciler implements Reconciler<ObjectKey> {

    private static final String NAME = "replicaset-controller";
    private static final int WORKERS = 4;

    private final ObjectStore objects;
    private final PlanExecutor executor;
    private final RandomGenerator random;

    private ReplicaSetReconciler(
            ObjectStore objects, PlanExecutor executor, RandomGenerator random) {
        this.objects = objects;
        this.executor = executor;
        this.random = random;
    }

    /// The controller of ReplicaSets.
    public static ControllerSpec controller(
            ObjectStore objects, PlanExecutor executor, RandomGenerator random) {
        var reconciler = new ReplicaSetReconciler(objects, executor, random);
        return new ControllerSpec(NAME, reconciler::wakes, reconciler, WORKERS);
    }

    @Override
    public Outcome reconcile(ObjectKey key, Instant now) throws InterruptedException {
        var found = objects.get(key);
        if (found.isEmpty()) {
            return Outcome.settled();
        }
        ReplicaSet set = (ReplicaSet) found.get();
        List<Pod> owned = new ArrayList<>();
        for (Message object : objects.byIndex(Index.BY_OWNER_UID, set.getMetadata().getUid())) {
            if (object instanceof Pod pod) {
                owned.add(pod);
            }
        }
        var observed = new ReplicaSetPlanner.Observed(set, owned, orphans(set));
        return executor.execute(NAME, ReplicaSetPlanner.plan(observed, now, random));
    }

    private List<Pod> orphans(ReplicaSet set) {
        Selector selector = Selectors.of(set.getSpec().getSelector());
        List<Pod> orphans = new ArrayList<>();
        for (Message object :
                objects.byIndex(
                        Index.UNCONTROLLED_POD_BY_NAMESPACE, set.getMetadata().getNamespace())) {
            if (selector.matches(Meta.of(object).getLabelsMap())) {
                orphans.add((Pod) object);
            }
        }
        return orphans;
    }

    private void wakes(ChangeEvent event, Consumer<ObjectKey> wake) {
        if (event.key().kind().equals(Kinds.REPLICA_SET)) {
            wake.accept(event.key());
            return;
        }
        if (!event.key().kind().equals(Kinds.POD)) {
            return;
        }
        Message pod = event.object();
        String namespace = event.key().namespace();
        var owner = Meta.controllerOf(pod);
        if (owner.isPresent()) {
            if (owner.get().getKind().equals("ReplicaSet")) {
                wake.accept(new ObjectKey(Kinds.REPLICA_SET, namespace, owner.get().getName()));
            }
        } else if (event.type() != ChangeEvent.Type.DELETED) {
            for (Message object : objects.list(Kinds.REPLICA_SET, namespace).objects()) {
                ReplicaSet set = (ReplicaSet) object;
                if (Selectors.of(set.getSpec().getSelector())
                        .matches(Meta.of(pod).getLabelsMap())) {
                    wake.accept(ObjectKey.of(set));
                }
            }
        }
    }
}

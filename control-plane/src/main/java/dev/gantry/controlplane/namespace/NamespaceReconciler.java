package dev.gantry.controlplane.namespace;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.cache.ChangeEvent;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.controller.ControllerSpec;
import dev.gantry.controlplane.controller.Deletions;
import dev.gantry.controlplane.controller.Plan;
import dev.gantry.controlplane.controller.PlanExecutor;
import dev.gantry.loop.Outcome;
import dev.gantry.loop.Reconciler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Deletes everything in a namespace that is marked for deletion; when nothing is left, the
/// namespace itself.
public final class NamespaceReconciler implements Reconciler<ObjectKey> {

    private static final String NAME = "namespace-controller";

    private final ObjectStore objects;
    private final PlanExecutor executor;

    private NamespaceReconciler(ObjectStore objects, PlanExecutor executor) {
        this.objects = objects;
        this.executor = executor;
    }

    /// The controller of namespaces.
    public static ControllerSpec controller(ObjectStore objects, PlanExecutor executor) {
        var reconciler = new NamespaceReconciler(objects, executor);
        return new ControllerSpec(NAME, reconciler::wakes, reconciler, 1);
    }

    @Override
    public Outcome reconcile(ObjectKey key, Instant now) throws InterruptedException {
        var found = objects.get(key);
        if (found.isEmpty() || !Meta.of(found.get()).hasDeletionTimestamp()) {
            return Outcome.settled();
        }
        List<Message> left = new ArrayList<>();
        for (Kind kind : Kinds.all()) {
            if (kind.namespaced()) {
                left.addAll(objects.list(kind, key.name()).objects());
            }
        }
        return executor.execute(NAME, plan(found.get(), left, now));
    }

    /// Pure: what should follow for a namespace that is marked and the objects left in it.
    static Plan plan(Message namespace, List<Message> left, Instant now) {
        List<ObjectWrite> writes = new ArrayList<>();
        for (Message object : left) {
            Deletions.delete(object, now).ifPresent(writes::add);
        }
        if (left.isEmpty() && Meta.of(namespace).getFinalizersCount() == 0) {
            writes.add(
                    new ObjectWrite.Delete(
                            ObjectKey.of(namespace), Meta.of(namespace).getResourceVersion()));
        }
        return Plan.of(writes);
    }

    private void wakes(ChangeEvent event, Consumer<ObjectKey> wake) {
        if (event.key().kind().equals(Kinds.NAMESPACE)) {
            wake.accept(event.key());
        } else if (event.key().kind().namespaced() && event.type() != ChangeEvent.Type.MODIFIED) {
            ObjectKey key = new ObjectKey(Kinds.NAMESPACE, "", event.key().namespace());
            if (objects.get(key).filter(n -> Meta.of(n).hasDeletionTimestamp()).isPresent()) {
                wake.accept(key);
            }
        }
    }
}

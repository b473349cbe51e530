package dev.gantry.controlplane.garbage;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.meta.v1.OwnerReference;
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

/// Looks at every object that has owners, or that waits for its dependents.
public final class GarbageReconciler implements Reconciler<ObjectKey> {

    private static final String NAME = "garbage-collector";
    private static final int WORKERS = 2;

    private final ObjectStore objects;
    private final PlanExecutor executor;

    private GarbageReconciler(ObjectStore objects, PlanExecutor executor) {
        this.objects = objects;
        this.executor = executor;
    }

    /// The garbage collector.
    public static ControllerSpec controller(ObjectStore objects, PlanExecutor executor) {
        var reconciler = new GarbageReconciler(objects, executor);
        return new ControllerSpec(NAME, reconciler::wakes, reconciler, WORKERS);
    }

    @Override
    public Outcome reconcile(ObjectKey key, Instant now) throws InterruptedException {
        var found = objects.get(key);
        if (found.isEmpty() || !GarbagePlanner.concerns(Meta.of(found.get()))) {
            return Outcome.settled();
        }
        Message object = found.get();
        List<OwnerReference> present = new ArrayList<>();
        for (OwnerReference owner : Meta.of(object).getOwnerReferencesList()) {
            if (exists(owner, key.namespace())) {
                present.add(owner);
            }
        }
        List<Message> dependents =
                List.copyOf(objects.byIndex(Index.BY_OWNER_UID, Meta.of(object).getUid()));
        var observed = new GarbagePlanner.Observed(object, present, dependents);
        return executor.execute(NAME, GarbagePlanner.plan(observed, now));
    }

    // An owner of a kind that is not known here is left alone: somebody else may know it.
    private boolean exists(OwnerReference owner, String namespace) {
        return GarbagePlanner.keyOf(owner, namespace)
                .map(key ->
                        objects.get(key)
                                .filter(o -> Meta.of(o).getUid().equals(owner.getUid()))
                                .isPresent())
                .orElse(true);
    }

    private void wakes(ChangeEvent event, Consumer<ObjectKey> wake) {
        Message object = event.object();
        if (event.type() == ChangeEvent.Type.DELETED) {
            for (Message dependent :
                    objects.byIndex(Index.BY_OWNER_UID, Meta.of(object).getUid())) {
                wake.accept(ObjectKey.of(dependent));
            }
            for (OwnerReference owner : Meta.of(object).getOwnerReferencesList()) {
                GarbagePlanner.keyOf(owner, event.key().namespace()).ifPresent(wake);
            }
        } else if (GarbagePlanner.concerns(Meta.of(object)) && isNews(event)) {
            wake.accept(event.key());
        }
    }

    // A status that changes says nothing about owners.
    private static boolean isNews(ChangeEvent event) {
        if (event.before() == null || event.after() == null) {
            return true;
        }
        var before = Meta.of(event.before());
        var after = Meta.of(event.after());
        return before.hasDeletionTimestamp() != after.hasDeletionTimestamp()
                || !before.getOwnerReferencesList().equals(after.getOwnerReferencesList())
                || !before.getFinalizersList().equals(after.getFinalizersList());
    }
}

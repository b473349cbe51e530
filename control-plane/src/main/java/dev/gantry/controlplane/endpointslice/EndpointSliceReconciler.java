package dev.gantry.controlplane.endpointslice;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.discovery.v1.EndpointSlice;
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
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Reads what a Service's slices depend on, and carries the plan out.
public final class EndpointSliceReconciler implements Reconciler<ObjectKey> {

    private static final String NAME = "endpointslice-controller";
    private static final int WORKERS = 2;

    private final ObjectStore objects;
    private final PlanExecutor executor;
    private final RandomGenerator random;

    private EndpointSliceReconciler(
            ObjectStore objects, PlanExecutor executor, RandomGenerator random) {
        this.objects = objects;
        this.executor = executor;
        this.random = random;
    }

    /// The controller of EndpointSlices.
    public static ControllerSpec controller(
            ObjectStore objects, PlanExecutor executor, RandomGenerator random) {
        var reconciler = new EndpointSliceReconciler(objects, executor, random);
        return new ControllerSpec(NAME, reconciler::wakes, reconciler, WORKERS);
    }

    @Override
    public Outcome reconcile(ObjectKey key, Instant now) throws InterruptedException {
        var found = objects.get(key);
        if (found.isEmpty()) {
            // Its slices have it as their owner: the garbage collector removes them.
            return Outcome.settled();
        }
        Service service = (Service) found.get();
        if (service.getSpec().getSelectorCount() == 0
                || service.getMetadata().hasDeletionTimestamp()) {
            return Outcome.settled();
        }
        List<Pod> pods = new ArrayList<>();
        for (Message object : objects.list(Kinds.POD, key.namespace()).objects()) {
            if (selects(service, object)) {
                pods.add((Pod) object);
            }
        }
        List<EndpointSlice> slices = new ArrayList<>();
        for (Message object : objects.byIndex(Index.BY_OWNER_UID, service.getMetadata().getUid())) {
            if (object instanceof EndpointSlice slice) {
                slices.add(slice);
            }
        }
        var observed = new EndpointSlicePlanner.Observed(service, pods, slices);
        return executor.execute(NAME, EndpointSlicePlanner.plan(observed, now, random));
    }

    private void wakes(ChangeEvent event, Consumer<ObjectKey> wake) {
        var kind = event.key().kind();
        if (kind.equals(Kinds.SERVICE)) {
            wake.accept(event.key());
        } else if (kind.equals(Kinds.ENDPOINT_SLICE)) {
            Meta.controllerOf(event.object())
                    .filter(owner -> owner.getKind().equals("Service"))
                    .ifPresent(owner ->
                            wake.accept(
                                    new ObjectKey(
                                            Kinds.SERVICE,
                                            event.key().namespace(),
                                            owner.getName())));
        } else if (kind.equals(Kinds.POD) && matters(event)) {
            for (Message object : objects.list(Kinds.SERVICE, event.key().namespace()).objects()) {
                Service service = (Service) object;
                if (service.getSpec().getSelectorCount() > 0
                        && (selects(service, event.before()) || selects(service, event.after()))) {
                    wake.accept(ObjectKey.of(service));
                }
            }
        }
    }

    // Most changes of a pod (a condition's time, a container's state) say nothing new about where
    // it
    // can be reached.
    private static boolean matters(ChangeEvent event) {
        if (!(event.before() instanceof Pod before) || !(event.after() instanceof Pod after)) {
            return true;
        }
        return !Objects.equals(before.getStatus().getPodIP(), after.getStatus().getPodIP())
                || Pods.isReady(before) != Pods.isReady(after)
                || Pods.isTerminal(before) != Pods.isTerminal(after)
                || before.getMetadata().hasDeletionTimestamp()
                        != after.getMetadata().hasDeletionTimestamp()
                || !before.getMetadata().getLabelsMap().equals(after.getMetadata().getLabelsMap());
    }

    private static boolean selects(Service service, @Nullable Message pod) {
        if (pod == null) {
            return false;
        }
        Map<String, String> labels = Meta.of(pod).getLabelsMap();
        return labels.entrySet().containsAll(service.getSpec().getSelectorMap().entrySet());
    }
}

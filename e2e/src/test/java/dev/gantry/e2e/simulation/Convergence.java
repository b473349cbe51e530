package dev.gantry.e2e.simulation;

import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.discovery.v1.EndpointSlice;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.meta.v1.OwnerReference;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.controller.Pods;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Whether the cluster has become what people asked for, and nothing is left over.
final class Convergence {
    private final World world;
    private final List<String> reasons = new ArrayList<>();

    Convergence(World world) {
        this.world = world;
    }

    boolean reached() {
        reasons.clear();
        for (Replica replica : world.replicas()) {
            deployments(replica.objects());
            orphans(replica.objects());
            nodes(replica.objects());
            endpoints(replica.objects());
        }
        containers(world.replicas().getFirst().objects());
        return reasons.isEmpty();
    }

    /// What is not as it should be.
    List<String> reasons() {
        return reasons;
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            reasons.add(otherwise);
        }
    }

    private static List<Pod> pods(ObjectStore objects) {
        return objects.list(Kinds.POD, "").objects().stream().map(Pod.class::cast).toList();
    }

    private void deployments(ObjectStore objects) {
        for (Message each : objects.list(Kinds.DEPLOYMENT, "").objects()) {
            var deployment = (Deployment) each;
            String name = deployment.getMetadata().getName();
            int wanted = deployment.getSpec().getReplicas();
            var status = deployment.getStatus();
            require(
                    status.getObservedGeneration() == deployment.getMetadata().getGeneration()
                            && status.getReplicas() == wanted
                            && status.getUpdatedReplicas() == wanted
                            && status.getAvailableReplicas() == wanted,
                    name + " wants " + wanted + ", has " + status);
            long pods =
                    pods(objects).stream()
                            .filter(pod ->
                                    name.equals(pod.getMetadata().getLabelsOrDefault("app", "")))
                            .filter(Pods::isReady)
                            .count();
            require(pods == wanted, name + " wants " + wanted + ", has ready pods " + pods);
        }
    }

    private void orphans(ObjectStore objects) {
        var kinds = List.of(Kinds.POD, Kinds.REPLICA_SET, Kinds.ENDPOINT_SLICE);
        for (var kind : kinds) {
            for (Message object : objects.list(kind, "").objects()) {
                for (OwnerReference owner : Meta.of(object).getOwnerReferencesList()) {
                    require(
                            exists(objects, owner, Meta.of(object).getNamespace()),
                            ObjectKey.of(object) + " has lost its owner " + owner.getName());
                }
                require(
                        !Meta.of(object).hasDeletionTimestamp(),
                        ObjectKey.of(object) + " should be gone");
            }
        }
        for (Pod pod : pods(objects)) {
            require(
                    pod.getMetadata().getOwnerReferencesCount() == 1,
                    pod.getMetadata().getName() + " has no owner");
        }
    }

    private static boolean exists(ObjectStore objects, OwnerReference owner, String namespace) {
        return Kinds.of(owner.getApiVersion(), owner.getKind())
                .flatMap(kind -> objects.get(new ObjectKey(kind, namespace, owner.getName())))
                .filter(found -> Meta.of(found).getUid().equals(owner.getUid()))
                .isPresent();
    }

    private void nodes(ObjectStore objects) {
        var all = objects.list(Kinds.NODE, "").objects();
        require(all.size() == world.nodes().size(), "only nodes " + all.size());
        for (Message each : all) {
            var node = (Node) each;
            boolean ready =
                    node.getStatus().getConditionsList().stream()
                            .anyMatch(c ->
                                    c.getType().equals("Ready") && c.getStatus().equals("True"));
            require(ready, node.getMetadata().getName() + " is not ready");
            require(
                    node.getSpec().getTaintsCount() == 0,
                    node.getMetadata().getName() + " is tainted");
        }
    }

    private void endpoints(ObjectStore objects) {
        var published = new TreeSet<String>();
        for (Message each : objects.list(Kinds.ENDPOINT_SLICE, "").objects()) {
            ((EndpointSlice) each)
                    .getEndpointsList().stream()
                            .filter(endpoint -> endpoint.getConditions().getReady())
                            .forEach(endpoint -> published.addAll(endpoint.getAddressesList()));
        }
        var ready = new TreeSet<String>();
        pods(objects).stream()
                .filter(Pods::isReady)
                .forEach(pod -> ready.add(pod.getStatus().getPodIP()));
        require(published.equals(ready), "services reach " + published + ", ready are " + ready);
    }

    private void containers(ObjectStore objects) {
        var bound = new TreeSet<String>();
        pods(objects)
                .forEach(pod ->
                        bound.add(pod.getSpec().getNodeName() + " " + pod.getMetadata().getUid()));
        var running = new TreeSet<String>();
        var lodged = new TreeSet<String>();
        for (SimNode node : world.nodes()) {
            require(node.connected(), node.name() + " is not connected");
            node.parts()
                    .running()
                    .values()
                    .forEach(run -> running.add(node.name() + " " + run.uid()));
            node.parts().lodged().forEach(uid -> lodged.add(node.name() + " " + uid));
        }
        require(running.equals(bound), "containers of " + running + " run, pods are " + bound);
        require(lodged.equals(bound), "sandboxes of " + lodged + ", pods are " + bound);
    }
}

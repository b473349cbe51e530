package dev.gantry.controlplane.scheduling;

import dev.gantry.api.core.v1.Node;
import dev.gantry.scheduler.NodeSpec;
import dev.gantry.scheduler.Taint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads from a Node what the scheduler must know of it.
final class NodeSpecs {

    private static final String PODS = "pods";

    private NodeSpecs() {}

    static NodeSpec of(Node node) {
        Map<String, Long> allocatable = new HashMap<>();
        node.getStatus()
                .getAllocatableMap()
                .forEach((name, quantity) ->
                        allocatable.put(name, PodTemplates.amount(name, quantity)));
        Long podsMax = allocatable.remove(PODS);
        List<Taint> taints = new ArrayList<>();
        node.getSpec()
                .getTaintsList()
                .forEach(taint ->
                        PodTemplates.effect(taint.getEffect())
                                .ifPresent(effect ->
                                        taints.add(
                                                new Taint(
                                                        taint.getKey(),
                                                        taint.getValue(),
                                                        effect))));
        return new NodeSpec(
                node.getMetadata().getName(),
                PodTemplates.split(allocatable),
                podsMax == null ? 0 : Math.toIntExact(Math.min(podsMax, Integer.MAX_VALUE)),
                node.getMetadata().getLabelsMap(),
                taints,
                node.getSpec().getUnschedulable());
    }
}

package dev.gantry.e2e.simulation;

import dev.gantry.api.core.v1.NodeStatus;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.quantity.Quantities;
import dev.gantry.api.resource.Quantity;

/// What nodes offer and pods ask for: cpu only, enough to be short of.
final class Demand {
    static final long NODE_MILLI_CPU = 1_000;
    private static final int PODS_MAX = 20;

    private Demand() {}

    static NodeStatus node() {
        return NodeStatus.newBuilder()
                .putAllocatable("cpu", quantity(NODE_MILLI_CPU + "m"))
                .putAllocatable("memory", quantity("8Gi"))
                .putAllocatable("pods", quantity("" + PODS_MAX))
                .build();
    }

    static Quantity quantity(String text) {
        return Quantity.newBuilder().setString(text).build();
    }

    static long milliCpu(Pod pod) {
        return pod.getSpec().getContainersList().stream()
                .mapToLong(c ->
                        Quantities.milli(
                                c.getResources().getRequestsOrDefault("cpu", quantity("0"))))
                .sum();
    }
}

package dev.gantry.agent.spec;

import dev.gantry.agent.cgroup.Limits;
import dev.gantry.agent.facts.Amounts;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.Pod;

/// Limits of a container's cgroup and its place when memory runs out.
public final class Resources {
    // A bound on processes for containers that name none; Kubernetes' distributions choose a few
    // thousand.
    private static final long PIDS_DEFAULT = 4096;
    private static final int OOM_GUARANTEED = -997;
    private static final int OOM_BEST_EFFORT = 1000;

    private Resources() {}

    /// The bounds that the container names; a limit stands for a request that is absent.
    public static Limits limits(Container container) {
        var limits = container.getResources().getLimitsMap();
        var requests = container.getResources().getRequestsMap();
        long cpu = Amounts.milli(limits.get("cpu"));
        long request = requests.containsKey("cpu") ? Amounts.milli(requests.get("cpu")) : cpu;
        return new Limits(cpu, request, Amounts.units(limits.get("memory")), PIDS_DEFAULT);
    }

    /// The kubelet's rule (pkg/kubelet/qos/policy.go): the larger the share of memory asked for,
    /// the later it dies.
    ///
    /// @param nodeMemory bytes
    public static int oomScoreAdj(Pod pod, Container container, long nodeMemory) {
        return switch (QualityOfService.of(pod.getSpec())) {
            case GUARANTEED -> OOM_GUARANTEED;
            case BEST_EFFORT -> OOM_BEST_EFFORT;
            case BURSTABLE -> {
                long request =
                        Amounts.units(container.getResources().getRequestsMap().get("memory"));
                long score = 1000 - (1000 * request) / Math.max(1, nodeMemory);
                yield Math.clamp(score, 1000 + OOM_GUARANTEED, OOM_BEST_EFFORT - 1);
            }
        };
    }

    /// The name of the pod's class among cgroups.
    public static String qosGroup(Pod pod) {
        return switch (QualityOfService.of(pod.getSpec())) {
            case GUARANTEED -> "guaranteed";
            case BURSTABLE -> "burstable";
            case BEST_EFFORT -> "besteffort";
        };
    }
}

package dev.gantry.scheduler;

/// Prefers the node that has the largest share of its cpu and memory left once the pod is there
/// (Kubernetes' NodeResourcesFit with LeastAllocated), so that pods spread.
final class LeastAllocated {

    // What a container that asks for nothing counts as, for scores alone: Kubernetes' defaults.
    private static final long CPU_UNASKED = 100;
    private static final long MEMORY_UNASKED = 200L * 1024 * 1024;

    private LeastAllocated() {}

    static long scoredCpu(Requests requests) {
        return requests.milliCpu() == 0 ? CPU_UNASKED : requests.milliCpu();
    }

    static long scoredMemory(Requests requests) {
        return requests.memory() == 0 ? MEMORY_UNASKED : requests.memory();
    }

    /// From 0 (full) to 1 (empty); below 0 on a node that pods without requests overfill.
    static double score(ClusterColumns cluster, int node, Requests requests) {
        return (left(cluster.scoredCpu(), node, scoredCpu(requests))
                        + left(cluster.scoredMemory(), node, scoredMemory(requests)))
                / 2;
    }

    private static double left(Column column, int node, long amount) {
        long allocatable = column.allocatable(node);
        if (allocatable <= 0) {
            return 0;
        }
        return (double) (allocatable - column.requested(node) - amount) / allocatable;
    }
}

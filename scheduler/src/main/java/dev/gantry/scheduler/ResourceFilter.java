package dev.gantry.scheduler;

import java.util.BitSet;
import java.util.Map;

/// Nodes without room for what the pod asks for will not do. What a pod does not ask for never
/// keeps it away, even from a node that is overcommitted (Kubernetes' NodeResourcesFit).
final class ResourceFilter implements Filter {

    @Override
    public void filter(
            PodTemplate template, ClusterColumns cluster, BitSet candidates, Rejections why) {
        Column pods = cluster.pods();
        fit(pods, 1, candidates, "too many pods", why);
        Requests requests = template.requests();
        fit(cluster.milliCpu(), requests.milliCpu(), candidates, "insufficient cpu", why);
        fit(cluster.memory(), requests.memory(), candidates, "insufficient memory", why);
        for (Map.Entry<String, Long> other : requests.others().entrySet()) {
            fit(
                    cluster.other(other.getKey()),
                    other.getValue(),
                    candidates,
                    "insufficient " + other.getKey(),
                    why);
        }
    }

    private static void fit(
            Column column, long amount, BitSet candidates, String what, Rejections why) {
        if (amount <= 0) {
            return;
        }
        int rejected = 0;
        for (int i = candidates.nextSetBit(0); i >= 0; i = candidates.nextSetBit(i + 1)) {
            if (column.free(i) < amount) {
                candidates.clear(i);
                rejected++;
            }
        }
        why.add(what, rejected);
    }
}

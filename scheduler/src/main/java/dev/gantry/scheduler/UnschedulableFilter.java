package dev.gantry.scheduler;

import java.util.BitSet;

/// Cordoned nodes take no pod, unless it tolerates the taint that stands for being cordoned.
final class UnschedulableFilter implements Filter {

    private static final Taint CORDONED =
            new Taint("node.kubernetes.io/unschedulable", "", Taint.Effect.NO_SCHEDULE);

    @Override
    public void filter(
            PodTemplate template, ClusterColumns cluster, BitSet candidates, Rejections why) {
        BitSet cordoned = cluster.unschedulable();
        if (candidates.intersects(cordoned) && !template.tolerates(CORDONED)) {
            Filter.remove(candidates, cordoned, "cordoned", why);
        }
    }
}

package dev.gantry.scheduler;

import java.util.BitSet;

/// Nodes with a taint that the pod does not tolerate will not do.
final class TaintFilter implements Filter {

    @Override
    public void filter(
            PodTemplate template, ClusterColumns cluster, BitSet candidates, Rejections why) {
        cluster.nodesByTaint()
                .forEach((taint, nodes) -> {
                    if (taint.repels() && !template.tolerates(taint)) {
                        Filter.remove(candidates, nodes, "tainted " + taint, why);
                    }
                });
    }
}

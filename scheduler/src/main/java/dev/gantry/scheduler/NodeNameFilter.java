package dev.gantry.scheduler;

import java.util.BitSet;

/// Only the node that the pod names will do.
final class NodeNameFilter implements Filter {

    @Override
    public void filter(
            PodTemplate template, ClusterColumns cluster, BitSet candidates, Rejections why) {
        if (template.nodeName().isEmpty()) {
            return;
        }
        BitSet allowed = new BitSet();
        cluster.indexOf(template.nodeName()).ifPresent(allowed::set);
        Filter.retain(candidates, allowed, "not the node that the pod names", why);
    }
}

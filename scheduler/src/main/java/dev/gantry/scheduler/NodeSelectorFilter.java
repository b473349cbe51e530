package dev.gantry.scheduler;

import java.util.BitSet;

/// Nodes without each label of the pod's node selector will not do.
final class NodeSelectorFilter implements Filter {

    @Override
    public void filter(
            PodTemplate template, ClusterColumns cluster, BitSet candidates, Rejections why) {
        template.nodeSelector()
                .forEach((key, value) ->
                        Filter.retain(
                                candidates,
                                cluster.nodesWithLabel(key, value),
                                "without label " + key + "=" + value,
                                why));
    }
}

package dev.gantry.scheduler;

import java.util.BitSet;

/// Nodes where a pod holds a host port that this one wants will not do.
final class HostPortFilter implements Filter {

    @Override
    public void filter(
            PodTemplate template, ClusterColumns cluster, BitSet candidates, Rejections why) {
        for (HostPort port : template.hostPorts()) {
            Filter.remove(
                    candidates,
                    cluster.nodesWhere(port),
                    "host port %d/%s taken".formatted(port.port(), port.protocol()),
                    why);
        }
    }
}

package dev.gantry.agent.session;

import dev.gantry.api.v1.Welcome;

/// What the control plane settled for this node when it registered. Part of the checkpoint, so that
/// the pod network comes up without the control plane.
///
/// @param nodeName the Node object's name
/// @param nodeUid the Node object's uid
/// @param podCidr this node's own range of pod addresses ("10.200.3.0/24")
/// @param clusterPodCidr the range of all pods
/// @param serviceCidr the range of service addresses
/// @param dnsAddress the virtual address of the cluster's DNS
/// @param clusterDomain the DNS domain of the cluster ("cluster.local")
public record NodeSettings(
        String nodeName,
        String nodeUid,
        String podCidr,
        String clusterPodCidr,
        String serviceCidr,
        String dnsAddress,
        String clusterDomain) {

    static NodeSettings of(Welcome welcome) {
        return new NodeSettings(
                welcome.getNodeName(),
                welcome.getNodeUid(),
                welcome.getPodCidr(),
                welcome.getClusterPodCidr(),
                welcome.getServiceCidr(),
                welcome.getDnsAddress(),
                welcome.getClusterDomain());
    }

    Welcome toWelcome() {
        return Welcome.newBuilder()
                .setNodeName(nodeName)
                .setNodeUid(nodeUid)
                .setPodCidr(podCidr)
                .setClusterPodCidr(clusterPodCidr)
                .setServiceCidr(serviceCidr)
                .setDnsAddress(dnsAddress)
                .setClusterDomain(clusterDomain)
                .build();
    }
}

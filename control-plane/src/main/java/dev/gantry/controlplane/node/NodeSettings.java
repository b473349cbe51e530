package dev.gantry.controlplane.node;

import java.time.Duration;

/// What the control plane settles for all nodes.
///
/// @param replica this replica's name, distinct from all others'
/// @param podCidr the range of all pods' addresses; each node gets a /24 of it
/// @param serviceCidr the range of services' addresses; its tenth is the cluster's DNS
/// @param clusterDomain the DNS domain of the cluster
/// @param heartbeat how often agents say that they live
/// @param grace how long a node may be without a session before it counts as unknown
public record NodeSettings(
        String replica,
        String podCidr,
        String serviceCidr,
        String clusterDomain,
        Duration heartbeat,
        Duration grace) {
    private static final int DNS_OFFSET = 10;

    /// Heartbeats every 10 s, 40 s of grace: Kubernetes' node-status and monitor defaults.
    public static NodeSettings of(
            String replica, String podCidr, String serviceCidr, String clusterDomain) {
        return new NodeSettings(
                replica,
                podCidr,
                serviceCidr,
                clusterDomain,
                Duration.ofSeconds(10),
                Duration.ofSeconds(40));
    }

    String dnsAddress() {
        return AddressRange.parse(serviceCidr).host(DNS_OFFSET);
    }
}

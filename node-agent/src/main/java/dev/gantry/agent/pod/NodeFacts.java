package dev.gantry.agent.pod;

import java.util.function.Supplier;

/// What pods are told of their node and cluster.
///
/// @param address the node's own
/// @param cpuMillis allocatable, thousandths of a processor
/// @param memoryBytes allocatable
/// @param cluster what the control plane settled; changes when the node registers
public record NodeFacts(
        String name, String address, long cpuMillis, long memoryBytes, Supplier<Cluster> cluster) {
    /// @param dnsAddress empty where there is no cluster DNS
    public record Cluster(String dnsAddress, String domain) {}
}

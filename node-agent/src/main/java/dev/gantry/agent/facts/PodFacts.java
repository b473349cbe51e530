package dev.gantry.agent.facts;

import dev.gantry.api.core.v1.Pod;

/// What is known of a pod on its node when a container of it is specified.
///
/// @param podIp empty while it has none
/// @param cpuMillis the node's allocatable processors, thousandths: the downward API's value where
///   there is no limit
/// @param memoryBytes the node's allocatable memory
public record PodFacts(
        Pod pod, String nodeName, String podIp, String hostIp, long cpuMillis, long memoryBytes) {
    /// The pod's namespace.
    public String namespace() {
        return pod.getMetadata().getNamespace();
    }
}

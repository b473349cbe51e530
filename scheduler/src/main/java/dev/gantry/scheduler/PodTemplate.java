package dev.gantry.scheduler;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// All of a pod that placing it depends on. Pods with equal templates are interchangeable: they are
/// placed as one batch, and wait as one.
///
/// @param nodeName not empty: only this node will do
/// @param nodeSelector labels that the node must have
public record PodTemplate(
        Requests requests,
        String nodeName,
        Map<String, String> nodeSelector,
        List<Toleration> tolerations,
        List<HostPort> hostPorts) {

    public PodTemplate {
        nodeSelector = Collections.unmodifiableMap(new TreeMap<>(nodeSelector));
        tolerations = List.copyOf(tolerations);
        hostPorts = List.copyOf(hostPorts);
    }

    /// A template that asks for resources only.
    public static PodTemplate of(Requests requests) {
        return new PodTemplate(requests, "", Map.of(), List.of(), List.of());
    }

    boolean tolerates(Taint taint) {
        return tolerations.stream().anyMatch(toleration -> toleration.tolerates(taint));
    }
}

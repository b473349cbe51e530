package dev.gantry.api.table;

import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.NodeSystemInfo;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/// A node's line.
final class NodeRow {
    private static final String ROLE = "node-role.kubernetes.io/";

    private NodeRow() {}

    static List<String> of(Node node, Instant now) {
        NodeSystemInfo system = node.getStatus().getNodeInfo();
        return List.of(
                node.getMetadata().getName(),
                status(node),
                roles(node),
                Ages.of(node.getMetadata(), now),
                system.getKubeletVersion(),
                address(node, "InternalIP"),
                address(node, "ExternalIP"),
                known(system.getOsImage()),
                known(system.getKernelVersion()),
                known(system.getContainerRuntimeVersion()));
    }

    private static String status(Node node) {
        String ready =
                node.getStatus().getConditionsList().stream()
                        .filter(c -> c.getType().equals("Ready"))
                        .map(c -> c.getStatus().equals("True") ? "Ready" : "NotReady")
                        .findFirst()
                        .orElse("Unknown");
        return node.getSpec().getUnschedulable() ? ready + ",SchedulingDisabled" : ready;
    }

    private static String roles(Node node) {
        String roles =
                node.getMetadata().getLabelsMap().keySet().stream()
                        .filter(key -> key.startsWith(ROLE))
                        .map(key -> key.substring(ROLE.length()))
                        .sorted()
                        .collect(Collectors.joining(","));
        return roles.isEmpty() ? "<none>" : roles;
    }

    private static String address(Node node, String type) {
        return node.getStatus().getAddressesList().stream()
                .filter(address -> address.getType().equals(type))
                .map(address -> address.getAddress())
                .findFirst()
                .orElse("<none>");
    }

    private static String known(String text) {
        return text.isEmpty() ? "<unknown>" : text;
    }
}

package dev.gantry.controlplane.node;

import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.NodeCondition;
import dev.gantry.api.core.v1.NodeStatus;
import dev.gantry.api.core.v1.Taint;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.time.Times;
import dev.gantry.api.v1.Hello;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Computes Node objects from what is stored and what an agent says. Pure.
final class NodeObjects {
    static final String UNREACHABLE = "node.kubernetes.io/unreachable";

    /// The labels that the agent set, so that one it no longer has can be removed and one that a
    /// user set is left alone.
    static final String AGENT_LABELS = "gantry.dev/agent-labels";

    private static final String READY = "Ready";

    private NodeObjects() {}

    /// A node that registers for the first time.
    static Node created(Hello hello, String uid, Instant now) {
        var node = Node.newBuilder();
        node.getMetadataBuilder()
                .setName(hello.getNode())
                .setUid(uid)
                .setCreationTimestamp(Times.of(now))
                .setGeneration(1);
        node.getSpecBuilder().addAllTaints(hello.getTaintsList());
        return node.build();
    }

    /// The node with what its agent says now, and ready.
    static Node registered(Node stored, Hello hello, String podCidr, Instant now) {
        Node.Builder node = withLabels(stored, hello).toBuilder();
        node.getSpecBuilder().setPodCIDR(podCidr).clearPodCIDRs().addPodCIDRs(podCidr);
        NodeStatus.Builder status = hello.getStatus().toBuilder().clearConditions();
        node.getStatus().getConditionsList().forEach(status::addConditions);
        node.setStatus(status);
        Node merged = conditions(node.build(), hello.getStatus().getConditionsList());
        return ready(merged, now).orElse(merged);
    }

    /// The node with the conditions that its agent reports; Ready is not the agent's to say.
    static Node conditions(Node stored, List<NodeCondition> reported) {
        var byType = new TreeMap<String, NodeCondition>();
        stored.getStatus().getConditionsList().forEach(c -> byType.put(c.getType(), c));
        for (NodeCondition condition : reported) {
            if (condition.getType().equals(READY)) {
                continue;
            }
            NodeCondition before = byType.get(condition.getType());
            boolean same =
                    before != null
                            && before.getStatus().equals(condition.getStatus())
                            && before.getReason().equals(condition.getReason());
            if (!same) {
                byType.put(condition.getType(), condition);
            }
        }
        Node.Builder node = stored.toBuilder();
        node.getStatusBuilder().clearConditions().addAllConditions(byType.values());
        return node.build();
    }

    /// The node as it is with a session; empty when that is what is stored.
    static Optional<Node> ready(Node stored, Instant now) {
        Node.Builder node = stored.toBuilder();
        node.getSpecBuilder().clearTaints();
        stored.getSpec().getTaintsList().stream()
                .filter(taint -> !taint.getKey().equals(UNREACHABLE))
                .forEach(taint -> node.getSpecBuilder().addTaints(taint));
        setReady(node, "True", "SessionOpen", "the agent is connected", now);
        return changedFrom(stored, node.build());
    }

    /// The node as it is once it has been without a session for too long; empty when that is what
    /// is stored.
    static Optional<Node> lost(Node stored, Instant now) {
        Node.Builder node = stored.toBuilder();
        for (String effect : List.of("NoSchedule", "NoExecute")) {
            boolean there =
                    stored.getSpec().getTaintsList().stream()
                            .anyMatch(t ->
                                    t.getKey().equals(UNREACHABLE) && t.getEffect().equals(effect));
            if (!there) {
                node.getSpecBuilder()
                        .addTaints(
                                Taint.newBuilder()
                                        .setKey(UNREACHABLE)
                                        .setEffect(effect)
                                        .setTimeAdded(Times.of(now)));
            }
        }
        setReady(node, "Unknown", "SessionLost", "the agent is not connected", now);
        return changedFrom(stored, node.build());
    }

    private static Optional<Node> changedFrom(Node stored, Node node) {
        return node.equals(stored) ? Optional.empty() : Optional.of(node);
    }

    // Written on transitions only, so the times are those of the transition.
    private static void setReady(
            Node.Builder node, String status, String reason, String message, Instant now) {
        var conditions = node.getStatusBuilder().getConditionsBuilderList();
        for (NodeCondition.Builder condition : conditions) {
            if (condition.getType().equals(READY)) {
                if (!condition.getStatus().equals(status)) {
                    fill(condition, status, reason, message, now);
                }
                return;
            }
        }
        fill(
                node.getStatusBuilder().addConditionsBuilder().setType(READY),
                status,
                reason,
                message,
                now);
    }

    private static void fill(
            NodeCondition.Builder condition,
            String status,
            String reason,
            String message,
            Instant now) {
        condition
                .setStatus(status)
                .setReason(reason)
                .setMessage(message)
                .setLastHeartbeatTime(Times.of(now))
                .setLastTransitionTime(Times.of(now));
    }

    private static Node withLabels(Node stored, Hello hello) {
        var wanted = new TreeMap<>(hello.getLabelsMap());
        wanted.putIfAbsent("kubernetes.io/hostname", hello.getNode());
        var info = hello.getStatus().getNodeInfo();
        if (!info.getOperatingSystem().isEmpty()) {
            wanted.putIfAbsent("kubernetes.io/os", info.getOperatingSystem());
        }
        if (!info.getArchitecture().isEmpty()) {
            wanted.putIfAbsent("kubernetes.io/arch", info.getArchitecture());
        }
        var meta = Meta.of(stored);
        var ours = ourLabels(meta.getAnnotationsOrDefault(AGENT_LABELS, ""));
        var labels = new TreeMap<>(meta.getLabelsMap());
        labels.keySet().removeAll(ours);
        var kept = new TreeSet<String>();
        wanted.forEach((key, value) -> {
            if (labels.putIfAbsent(key, value) == null) {
                kept.add(key);
            }
        });
        return Meta.edit(
                stored,
                edit ->
                        edit.clearLabels()
                                .putAllLabels(labels)
                                .putAnnotations(AGENT_LABELS, String.join(",", kept)));
    }

    private static Set<String> ourLabels(String annotation) {
        return annotation.isEmpty()
                ? new TreeSet<>()
                : new TreeSet<>(List.of(annotation.split(",", -1)));
    }
}

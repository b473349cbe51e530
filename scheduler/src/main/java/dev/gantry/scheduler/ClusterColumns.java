package dev.gantry.scheduler;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The cluster as columns: parallel arrays and bit sets indexed by node, changed in place with each
/// event and never rebuilt. One thread at a time.
public final class ClusterColumns {

    private record Assignment(int node, PodTemplate template) {}

    private static final BitSet NO_NODES = new BitSet();

    private final Map<String, Integer> indexes = new HashMap<>();
    private final List<Optional<NodeSpec>> specs = new ArrayList<>();
    private final BitSet present = new BitSet();
    private final BitSet unschedulable = new BitSet();
    private final Map<String, BitSet> byLabel = new HashMap<>();
    private final Map<Taint, BitSet> byTaint = new LinkedHashMap<>();
    private final Column milliCpu = new Column();
    private final Column memory = new Column();
    private final Column pods = new Column();
    private final Map<String, Column> others = new HashMap<>();
    private final Map<HostPort, BitSet> byHostPort = new HashMap<>();
    // For scores alone: pods that ask for nothing count as a little, or all would land on one node.
    private final Column scoredCpu = new Column();
    private final Column scoredMemory = new Column();
    private final Map<String, Assignment> assignments = new HashMap<>();
    // Pods bound to a node that is not known (yet), by node name.
    private final Map<String, Map<String, PodTemplate>> orphans = new HashMap<>();

    /// Adds a node, or changes what is known of it. Its pods stay.
    ///
    /// @return the node's index
    public int upsertNode(NodeSpec spec) {
        Integer known = indexes.get(spec.name());
        int node = known != null ? known : newIndex(spec.name());
        specs.get(node).ifPresent(old -> unindex(node, old));
        specs.set(node, Optional.of(spec));
        present.set(node);
        unschedulable.set(node, spec.unschedulable());
        spec.labels()
                .forEach((k, v) ->
                        byLabel.computeIfAbsent(k + "=" + v, _ -> new BitSet()).set(node));
        spec.taints().forEach(t -> byTaint.computeIfAbsent(t, _ -> new BitSet()).set(node));
        milliCpu.setAllocatable(node, spec.allocatable().milliCpu());
        memory.setAllocatable(node, spec.allocatable().memory());
        scoredCpu.setAllocatable(node, spec.allocatable().milliCpu());
        scoredMemory.setAllocatable(node, spec.allocatable().memory());
        pods.setAllocatable(node, spec.podsMax());
        spec.allocatable()
                .others()
                .forEach((name, amount) -> other(name).setAllocatable(node, amount));
        Map<String, PodTemplate> waiting = orphans.remove(spec.name());
        if (waiting != null) {
            waiting.forEach((uid, template) -> assign(uid, node, template));
        }
        return node;
    }

    /// Removes a node. Pods that are still bound to it count again should it come back.
    public void removeNode(String name) {
        Integer node = indexes.get(name);
        if (node == null || !present.get(node)) {
            return;
        }
        Map<String, PodTemplate> left = new LinkedHashMap<>();
        assignments.forEach((uid, assignment) -> {
            if (assignment.node() == node) {
                left.put(uid, assignment.template());
            }
        });
        left.keySet().forEach(this::removePod);
        specs.get(node).ifPresent(old -> unindex(node, old));
        specs.set(node, Optional.empty());
        present.clear(node);
        unschedulable.clear(node);
        for (Column column : List.of(milliCpu, memory, pods, scoredCpu, scoredMemory)) {
            column.clear(node);
        }
        others.values().forEach(column -> column.clear(node));
        if (!left.isEmpty()) {
            orphans.put(name, left);
        }
    }

    /// Counts a pod on a node; a pod that counts already is moved.
    public void addPod(String uid, String nodeName, PodTemplate template) {
        removePod(uid);
        Integer node = indexes.get(nodeName);
        if (node == null || !present.get(node)) {
            orphans.computeIfAbsent(nodeName, _ -> new LinkedHashMap<>()).put(uid, template);
            return;
        }
        assign(uid, node, template);
    }

    /// Forgets a pod.
    ///
    /// @return the index of the node that has more room now
    public OptionalInt removePod(String uid) {
        Assignment assignment = assignments.remove(uid);
        if (assignment == null) {
            orphans.values().removeIf(waiting -> waiting.remove(uid) != null && waiting.isEmpty());
            return OptionalInt.empty();
        }
        count(assignment.node(), assignment.template(), -1);
        rebuildHostPorts(assignment);
        return OptionalInt.of(assignment.node());
    }

    /// How many nodes there are.
    public int nodeCount() {
        return present.cardinality();
    }

    /// The index of a node that is present.
    public OptionalInt indexOf(String name) {
        Integer node = indexes.get(name);
        return node == null || !present.get(node) ? OptionalInt.empty() : OptionalInt.of(node);
    }

    /// The name of the node with this index.
    String nameOf(int node) {
        return specs.get(node).orElseThrow().name();
    }

    BitSet allNodes() {
        return (BitSet) present.clone();
    }

    BitSet unschedulable() {
        return unschedulable;
    }

    BitSet nodesWithLabel(String key, String value) {
        return byLabel.getOrDefault(key + "=" + value, NO_NODES);
    }

    Map<Taint, BitSet> nodesByTaint() {
        return Collections.unmodifiableMap(byTaint);
    }

    BitSet nodesWhere(HostPort wanted) {
        BitSet result = new BitSet();
        byHostPort.forEach((held, nodes) -> {
            if (wanted.clashesWith(held)) {
                result.or(nodes);
            }
        });
        return result;
    }

    Column milliCpu() {
        return milliCpu;
    }

    Column memory() {
        return memory;
    }

    Column pods() {
        return pods;
    }

    Column other(String resource) {
        return others.computeIfAbsent(resource, _ -> new Column());
    }

    Column scoredCpu() {
        return scoredCpu;
    }

    Column scoredMemory() {
        return scoredMemory;
    }

    private int newIndex(String name) {
        int node = specs.size();
        specs.add(Optional.empty());
        indexes.put(name, node);
        return node;
    }

    private void unindex(int node, NodeSpec old) {
        old.labels().forEach((k, v) -> drop(byLabel, k + "=" + v, node));
        old.taints().forEach(taint -> drop(byTaint, taint, node));
        old.allocatable().others().keySet().forEach(name -> other(name).setAllocatable(node, 0));
    }

    private static <K> void drop(Map<K, BitSet> index, K key, int node) {
        BitSet nodes = index.get(key);
        if (nodes != null) {
            nodes.clear(node);
            if (nodes.isEmpty()) {
                index.remove(key);
            }
        }
    }

    private void assign(String uid, int node, PodTemplate template) {
        assignments.put(uid, new Assignment(node, template));
        count(node, template, 1);
        for (HostPort port : template.hostPorts()) {
            byHostPort.computeIfAbsent(port, _ -> new BitSet()).set(node);
        }
    }

    private void count(int node, PodTemplate template, int sign) {
        Requests requests = template.requests();
        milliCpu.add(node, sign * requests.milliCpu());
        memory.add(node, sign * requests.memory());
        scoredCpu.add(node, sign * LeastAllocated.scoredCpu(requests));
        scoredMemory.add(node, sign * LeastAllocated.scoredMemory(requests));
        pods.add(node, sign);
        requests.others().forEach((name, amount) -> other(name).add(node, sign * amount));
    }

    private void rebuildHostPorts(Assignment gone) {
        for (HostPort port : gone.template().hostPorts()) {
            boolean held =
                    assignments.values().stream()
                            .anyMatch(other ->
                                    other.node() == gone.node()
                                            && other.template().hostPorts().contains(port));
            if (!held) {
                drop(byHostPort, port, gone.node());
            }
        }
    }
}

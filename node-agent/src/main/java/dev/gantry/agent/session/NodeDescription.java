package dev.gantry.agent.session;

import dev.gantry.api.core.v1.NodeStatus;
import dev.gantry.api.core.v1.Taint;
import dev.gantry.api.v1.ImageInventory;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What the agent tells about its node each time it connects.
///
/// @param status capacity, allocatable, addresses and node info; conditions other than Ready
/// @param labels the node's own labels; they never remove labels that users set
/// @param taints set once, when the node registers for the first time
/// @param podUids the uids of all pods that run on the node or leave something behind there
/// @param images the images that the node holds
public record NodeDescription(
        NodeStatus status,
        SortedMap<String, String> labels,
        List<Taint> taints,
        SortedSet<String> podUids,
        ImageInventory images) {
    public NodeDescription {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
        taints = List.copyOf(taints);
        podUids = Collections.unmodifiableSortedSet(new TreeSet<>(podUids));
    }
}

package dev.gantry.scheduler;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the scheduler knows of a node, without its pods.
///
/// @param allocatable what pods may ask for in all
/// @param podsMax how many pods it takes
/// @param unschedulable cordoned: takes no new pods
public record NodeSpec(
        String name,
        Requests allocatable,
        int podsMax,
        Map<String, String> labels,
        List<Taint> taints,
        boolean unschedulable) {

    public NodeSpec {
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        taints = List.copyOf(taints);
    }
}

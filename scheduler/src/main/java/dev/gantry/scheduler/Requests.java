package dev.gantry.scheduler;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// Amounts of resources: what a pod asks for, or what a node has.
///
/// @param milliCpu thousandths of a core, 0 or more
/// @param memory bytes, 0 or more
/// @param others by name, in the resource's own unit (`ephemeral-storage`, `example.com/gpu`)
public record Requests(long milliCpu, long memory, Map<String, Long> others) {

    /// Nothing at all.
    public static final Requests NONE = new Requests(0, 0, Map.of());

    public Requests {
        others = Collections.unmodifiableMap(new TreeMap<>(others));
    }
}

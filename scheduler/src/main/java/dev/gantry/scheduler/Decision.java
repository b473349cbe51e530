package dev.gantry.scheduler;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Where a pod should go, or why nowhere.
public sealed interface Decision {

    /// The pod goes to `node`.
    record Placed(String node) implements Decision {}

    /// No node will do. Only an event that changes a reason can help.
    ///
    /// @param nodes how many nodes were asked
    /// @param reasons most frequent first
    record Unschedulable(int nodes, List<Reason> reasons) implements Decision {
        public Unschedulable {
            reasons = List.copyOf(reasons);
        }

        /// One line for people: `0/5000 nodes: 4,000 insufficient cpu, 1,000 tainted gpu=true`.
        public String message() {
            if (nodes == 0) {
                return "0/0 nodes: no node has joined the cluster yet";
            }
            String detail = reasons.stream().map(Reason::text).collect(Collectors.joining(", "));
            return "0/%d nodes: %s".formatted(nodes, detail);
        }
    }

    /// Why some nodes will not do.
    ///
    /// @param nodes how many, each node counted for the first reason found
    record Reason(int nodes, String what) {
        String text() {
            return String.format(Locale.ROOT, "%,d %s", nodes, what);
        }
    }
}

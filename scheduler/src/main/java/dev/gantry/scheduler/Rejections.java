package dev.gantry.scheduler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Counts why nodes were ruled out.
final class Rejections {

    private final Map<String, Integer> counts = new LinkedHashMap<>();

    void add(String what, int nodes) {
        if (nodes > 0) {
            counts.merge(what, nodes, Integer::sum);
        }
    }

    Decision.Unschedulable toDecision(int nodes) {
        List<Decision.Reason> reasons = new ArrayList<>();
        counts.forEach((what, count) -> reasons.add(new Decision.Reason(count, what)));
        reasons.sort(Comparator.comparingInt(Decision.Reason::nodes).reversed());
        return new Decision.Unschedulable(nodes, reasons);
    }
}

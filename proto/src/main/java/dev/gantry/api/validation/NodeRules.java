package dev.gantry.api.validation;

import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.Taint;
import dev.gantry.api.selector.LabelSyntax;
import java.util.HashSet;
import java.util.Set;

/// Rules for Nodes.
final class NodeRules {
    private NodeRules() {}

    static void check(Node node, Findings found) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < node.getSpec().getTaintsCount(); i++) {
            Taint taint = node.getSpec().getTaints(i);
            String path = "spec.taints[" + i + "]";
            found.syntax(path + ".key", taint.getKey(), LabelSyntax.key(taint.getKey()));
            found.syntax(path + ".value", taint.getValue(), LabelSyntax.value(taint.getValue()));
            found.oneOf(
                    path + ".effect",
                    taint.getEffect(),
                    "NoSchedule",
                    "PreferNoSchedule",
                    "NoExecute");
            if (!seen.add(taint.getKey() + ":" + taint.getEffect())) {
                found.duplicate(path, taint.getKey() + ":" + taint.getEffect());
            }
        }
    }
}

package dev.gantry.api.selector;

import dev.gantry.api.meta.v1.LabelSelector;
import dev.gantry.api.meta.v1.LabelSelectorRequirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Makes label selectors from Kubernetes' two notations and from plain maps.
public final class Selectors {
    private Selectors() {}

    /// Parses `app=web,tier in (a,b),!legacy,track!=canary,cpus>4`; the empty text selects
    /// everything.
    ///
    /// @throws IllegalArgumentException says what is wrong, and where
    public static Selector parse(String text) {
        return new SelectorParser(text).parse();
    }

    /// The selector of a message: an empty one selects everything.
    ///
    /// @throws IllegalArgumentException for an operator that does not exist
    public static Selector of(LabelSelector selector) {
        List<Requirement> requirements = new ArrayList<>(equal(selector.getMatchLabelsMap()));
        for (LabelSelectorRequirement expression : selector.getMatchExpressionsList()) {
            requirements.add(of(expression));
        }
        return new Selector(requirements);
    }

    /// Selects objects with all these labels (Service selectors, node selectors).
    public static Selector of(Map<String, String> labels) {
        return new Selector(equal(labels));
    }

    private static List<Requirement> equal(Map<String, String> labels) {
        List<Requirement> requirements = new ArrayList<>();
        new TreeMap<>(labels)
                .forEach((key, value) -> requirements.add(new Requirement.In(key, List.of(value))));
        return requirements;
    }

    private static Requirement of(LabelSelectorRequirement expression) {
        String key = expression.getKey();
        return switch (expression.getOperator()) {
            case "In" -> new Requirement.In(key, expression.getValuesList());
            case "NotIn" -> new Requirement.NotIn(key, expression.getValuesList());
            case "Exists" -> new Requirement.Exists(key);
            case "DoesNotExist" -> new Requirement.Absent(key);
            default ->
                    throw new IllegalArgumentException(
                            "no label selector operator \"" + expression.getOperator() + "\"");
        };
    }
}

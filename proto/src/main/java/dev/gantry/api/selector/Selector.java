package dev.gantry.api.selector;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Decides by labels whether an object is meant: all requirements must hold; none means everything.
/// Immutable.
public record Selector(List<Requirement> requirements) {
    /// Selects everything.
    public static final Selector EVERYTHING = new Selector(List.of());

    // As Kubernetes' LabelSelectorAsSelector has it for a selector that is not there.
    private static final Selector NOTHING = new Selector(List.of(new Requirement.Never()));

    public Selector {
        requirements = List.copyOf(requirements);
    }

    /// Selects nothing.
    public static Selector nothing() {
        return NOTHING;
    }

    /// Whether an object with these labels is selected.
    public boolean matches(Map<String, String> labels) {
        for (Requirement requirement : requirements) {
            if (!requirement.matches(labels)) {
                return false;
            }
        }
        return true;
    }

    /// Whether it selects everything.
    public boolean isEmpty() {
        return requirements.isEmpty();
    }

    /// In the syntax that [Selectors#parse] reads.
    @Override
    public String toString() {
        return requirements.stream().map(Requirement::toString).collect(Collectors.joining(","));
    }
}

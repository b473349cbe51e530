package dev.gantry.api.selector;

import java.util.Map;

/// Decides by labels whether an object is meant. Immutable.
public interface Selector {
    /// Whether an object with these labels is selected.
    boolean matches(Map<String, String> labels);
}

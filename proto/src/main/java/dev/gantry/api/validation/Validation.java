package dev.gantry.api.validation;

import com.google.protobuf.Message;
import java.util.List;

/// Kubernetes' rules for objects. Objects must have their defaults filled in.
public final class Validation {
    private Validation() {}

    /// All rules that a new object breaks; empty when it may be stored.
    public static List<Violation> create(Message object) {
        return List.of();
    }

    /// All rules that a change breaks: those of the new object, and fields that may not change.
    ///
    /// @param before the stored object
    /// @param after the object that shall replace it, of the same kind
    public static List<Violation> update(Message before, Message after) {
        return List.of();
    }
}

package dev.gantry.scheduler;

/// A mark on a node that keeps pods away that do not tolerate it.
///
/// @param value may be empty
public record Taint(String key, String value, Effect effect) {

    /// What the taint does to a pod that does not tolerate it.
    public enum Effect {
        /// It is not placed here.
        NO_SCHEDULE,
        /// It is placed here only when no other node will do.
        PREFER_NO_SCHEDULE,
        /// It is not placed here, and leaves if it runs here.
        NO_EXECUTE
    }

    boolean repels() {
        return effect != Effect.PREFER_NO_SCHEDULE;
    }

    @Override
    public String toString() {
        return value.isEmpty() ? key : key + "=" + value;
    }
}

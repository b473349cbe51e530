package dev.gantry.api.codec;

/// What becomes of unknown fields and duplicate keys (`--validate`).
public enum Strictness {
    /// They are errors.
    STRICT,
    /// They are passed over and reported in [Manifest#warnings()].
    WARN,
    /// They are passed over.
    IGNORE
}

package dev.gantry.controlplane.store;

/// What a key must be for a write to happen.
public sealed interface Expect {

    /// The key must not exist.
    record Absent() implements Expect {}

    /// The key must exist, at any revision.
    record Present() implements Expect {}

    /// The key must have been changed last at this revision.
    record Revision(long revision) implements Expect {}

    /// The write happens whatever is there.
    record Any() implements Expect {}

    static Expect absent() {
        return new Absent();
    }

    static Expect present() {
        return new Present();
    }

    static Expect revision(long revision) {
        return new Revision(revision);
    }

    static Expect any() {
        return new Any();
    }
}

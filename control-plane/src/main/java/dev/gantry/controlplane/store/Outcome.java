package dev.gantry.controlplane.store;

import java.util.Optional;

/// What became of a [Write].
public sealed interface Outcome {

    /// It is done, and durable.
    ///
    /// @param revision the revision of the transaction it was part of
    record Committed(long revision) implements Outcome {}

    /// The key was not what the write expected. Nothing was changed.
    ///
    /// @param current what stood there; empty when the key did not exist
    record Conflict(Optional<Entry> current) implements Outcome {}

    /// The writer leads no longer. Nothing was changed.
    record Fenced() implements Outcome {}

    /// Another write of the same [Store#commitTogether] stood in the way. Nothing was changed.
    record Abandoned() implements Outcome {}

    /// The store could not do it; [StoreException#outcomeUnknown] says whether it may have happened
    /// all the same.
    record Failed(StoreException cause) implements Outcome {}
}

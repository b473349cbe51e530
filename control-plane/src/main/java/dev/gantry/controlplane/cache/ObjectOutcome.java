package dev.gantry.controlplane.cache;

import com.google.protobuf.Message;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.store.StoreException;
import java.util.Optional;

/// What became of an [ObjectWrite].
public sealed interface ObjectOutcome {

    /// The object is stored; here with its new resourceVersion.
    record Stored(Message object) implements ObjectOutcome {}

    /// The object is gone.
    ///
    /// @param revision the revision of its end
    record Deleted(ObjectKey key, long revision) implements ObjectOutcome {}

    /// The object was not what the write expected. Nothing was changed.
    ///
    /// @param current what is stored now; empty when there is no such object
    record Conflict(Optional<Message> current) implements ObjectOutcome {}

    /// The writer leads no longer. Nothing was changed.
    record Fenced() implements ObjectOutcome {}

    /// Another write of the same [ObjectStore#commitTogether] stood in the way. Nothing was
    /// changed.
    record Abandoned() implements ObjectOutcome {}

    /// The store could not do it; [StoreException#outcomeUnknown] says whether it may have
    /// happened.
    record Failed(StoreException cause) implements ObjectOutcome {}
}

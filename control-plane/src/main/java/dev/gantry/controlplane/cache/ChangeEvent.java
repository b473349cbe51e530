package dev.gantry.controlplane.cache;

import com.google.protobuf.Message;
import dev.gantry.api.kind.ObjectKey;
import org.jspecify.annotations.Nullable;

/// What happened to one object.
///
/// @param before the object before the change; null when it was added
/// @param after the object after the change; null when it was deleted
/// @param revision of the change; several objects may share it
public record ChangeEvent(
        Type type,
        ObjectKey key,
        @Nullable Message before,
        @Nullable Message after,
        long revision) {

    /// The kinds of change.
    public enum Type {
        ADDED,
        MODIFIED,
        DELETED
    }

    /// The object as it is now, or as it last was before it was deleted.
    public Message object() {
        Message object = after != null ? after : before;
        if (object == null) {
            throw new IllegalStateException("a change of nothing: " + key);
        }
        return object;
    }
}

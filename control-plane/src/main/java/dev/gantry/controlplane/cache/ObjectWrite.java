package dev.gantry.controlplane.cache;

import com.google.protobuf.Message;
import dev.gantry.api.kind.ObjectKey;

/// One change that shall be made to one object. Whoever writes has set uid, time stamps and
/// generation; the store adds `metadata.resourceVersion` and nothing else.
public sealed interface ObjectWrite {

    ObjectKey key();

    /// Stores a new object; in conflict when one of that name exists.
    record Create(Message object) implements ObjectWrite {
        @Override
        public ObjectKey key() {
            return ObjectKey.of(object);
        }
    }

    /// Replaces an object; in conflict when it is at another `metadata.resourceVersion` than the
    /// one given here, or gone. With an empty resourceVersion it replaces whatever exists.
    record Update(Message object) implements ObjectWrite {
        @Override
        public ObjectKey key() {
            return ObjectKey.of(object);
        }
    }

    /// Removes an object at once, whatever its finalizers.
    ///
    /// @param resourceVersion the one it must be at; empty for any
    record Delete(ObjectKey key, String resourceVersion) implements ObjectWrite {}
}

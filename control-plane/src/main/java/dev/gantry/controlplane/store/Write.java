package dev.gantry.controlplane.store;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/// One change that shall be made to one key.
public sealed interface Write {

    String key();

    Expect expect();

    /// The leadership that this write depends on; null for none.
    @Nullable Fence fence();

    /// Puts a value.
    ///
    /// @param lease the lease the key will belong to; 0 for none
    record Put(String key, ByteString value, Expect expect, @Nullable Fence fence, long lease)
            implements Write {
        public Put(String key, ByteString value, Expect expect) {
            this(key, value, expect, null, 0);
        }
    }

    /// Removes a key. To remove what does not exist is a conflict without a current entry, also
    /// with [Expect.Any]; with [Expect.Absent] it is refused as a programming error.
    record Delete(String key, Expect expect, @Nullable Fence fence) implements Write {
        public Delete {
            if (expect instanceof Expect.Absent) {
                throw new IllegalArgumentException(
                        "a key that is absent cannot be deleted: " + key);
            }
        }

        public Delete(String key, Expect expect) {
            this(key, expect, null);
        }
    }
}

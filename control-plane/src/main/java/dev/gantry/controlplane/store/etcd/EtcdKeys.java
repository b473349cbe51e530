package dev.gantry.controlplane.store.etcd;

import com.google.protobuf.ByteString;
import dev.gantry.controlplane.store.Entry;
import io.etcd.jetcd.api.KeyValue;

/// Keys and entries as etcd's API has them.
final class EtcdKeys {
    // etcd's sign for "from this key to the end".
    private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

    private EtcdKeys() {}

    static ByteString bytes(String key) {
        return ByteString.copyFromUtf8(key);
    }

    /// The first key of a range over a prefix.
    static ByteString first(String prefix) {
        return prefix.isEmpty() ? ZERO : bytes(prefix);
    }

    /// The end, exclusive, of a range over a prefix.
    static ByteString end(String prefix) {
        if (prefix.isEmpty()) {
            return ZERO;
        }
        byte[] end = bytes(prefix).toByteArray();
        // A key is UTF-8: its last byte is never 0xff.
        end[end.length - 1]++;
        return ByteString.copyFrom(end);
    }

    static Entry entry(KeyValue kv) {
        return new Entry(
                kv.getKey().toStringUtf8(),
                kv.getValue(),
                kv.getModRevision(),
                kv.getCreateRevision(),
                kv.getLease());
    }
}

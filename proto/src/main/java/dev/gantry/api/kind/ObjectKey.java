package dev.gantry.api.kind;

import com.google.protobuf.Message;
import dev.gantry.api.meta.v1.ObjectMeta;
import java.util.Comparator;

/// Names one object among all.
///
/// @param namespace empty for kinds that are not namespaced
public record ObjectKey(Kind kind, String namespace, String name) implements Comparable<ObjectKey> {

    private static final Comparator<ObjectKey> ORDER =
            Comparator.comparing((ObjectKey key) -> key.kind().qualifiedPlural())
                    .thenComparing(ObjectKey::namespace)
                    .thenComparing(ObjectKey::name);

    /// The key of an object, from its metadata. A namespace on a cluster-scoped object is left out.
    public static ObjectKey of(Message object) {
        Kind kind = Kinds.of(object);
        ObjectMeta meta = Meta.of(object);
        return new ObjectKey(kind, kind.namespaced() ? meta.getNamespace() : "", meta.getName());
    }

    @Override
    public int compareTo(ObjectKey other) {
        return ORDER.compare(this, other);
    }

    /// As messages show it: `pod default/web-0`, `node n1`.
    @Override
    public String toString() {
        return kind.singular() + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
    }
}

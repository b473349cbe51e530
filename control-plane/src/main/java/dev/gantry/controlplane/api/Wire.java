package dev.gantry.controlplane.api;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.KindRef;
import dev.gantry.api.v1.ObjectRef;
import dev.gantry.api.v1.ResourceObject;

/// Objects and names between requests and the model.
final class Wire {
    private Wire() {}

    static ResourceObject object(Message object) {
        var kind = Kinds.of(object);
        return ResourceObject.newBuilder()
                .setKind(KindRef.newBuilder().setApiVersion(kind.apiVersion()).setKind(kind.name()))
                .setObject(
                        Any.newBuilder().setTypeUrl(kind.typeUrl()).setValue(object.toByteString()))
                .build();
    }

    /// @throws ApiException when it is of no known kind, or its bytes are damaged
    static Message object(ResourceObject object) {
        var kind =
                Kinds.byTypeUrl(object.getObject().getTypeUrl())
                        .orElseThrow(() ->
                                ApiException.invalid(
                                        "kind",
                                        "unknown kind of object: "
                                                + object.getObject().getTypeUrl()));
        if (object.hasKind() && !kind.equals(kind(object.getKind()))) {
            throw ApiException.invalid(
                    "kind",
                    "says " + object.getKind().getKind() + ", the object is " + kind.name());
        }
        try {
            return kind.parse(object.getObject().getValue());
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid("object", String.valueOf(e.getMessage()));
        }
    }

    static Kind kind(KindRef ref) {
        return Kinds.of(ref.getApiVersion(), ref.getKind())
                .orElseThrow(() ->
                        ApiException.invalid(
                                "kind",
                                "there is no kind "
                                        + ref.getKind()
                                        + " in "
                                        + (ref.getApiVersion().isEmpty()
                                                ? "\"\""
                                                : ref.getApiVersion())));
    }

    static ObjectKey key(ObjectRef ref) {
        var kind = kind(ref.getKind());
        if (ref.getName().isEmpty()) {
            throw ApiException.invalid("name", "must not be empty");
        }
        if (kind.namespaced() && ref.getNamespace().isEmpty()) {
            throw ApiException.invalid(
                    "namespace", "must not be empty: " + kind.plural() + " live in namespaces");
        }
        return new ObjectKey(kind, kind.namespaced() ? ref.getNamespace() : "", ref.getName());
    }

    static ApiException notFound(ObjectKey key) {
        return new ApiException(
                ApiException.Reason.NOT_FOUND,
                key + " not found",
                java.util.List.of(),
                java.util.Map.of("object", key.toString()),
                null);
    }

    static ApiException conflict(ObjectKey key, String why) {
        return new ApiException(
                ApiException.Reason.CONFLICT,
                key + ": " + why,
                java.util.List.of(),
                java.util.Map.of("object", key.toString()),
                null);
    }
}

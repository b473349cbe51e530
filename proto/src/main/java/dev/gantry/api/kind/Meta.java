package dev.gantry.api.kind;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.meta.v1.OwnerReference;
import java.util.Optional;
import java.util.function.Consumer;

/// Reads and replaces what objects of all kinds have: metadata, spec and status.
public final class Meta {
    private Meta() {}

    /// The object's metadata; an empty one when it has none.
    ///
    /// @throws IllegalArgumentException when the message has no metadata field
    public static ObjectMeta of(Message object) {
        return (ObjectMeta) object.getField(field(object, "metadata"));
    }

    /// The object with other metadata.
    public static <M extends Message> M with(M object, ObjectMeta meta) {
        return set(object, field(object, "metadata"), meta);
    }

    /// The object with its metadata changed in place by `change`.
    public static <M extends Message> M edit(M object, Consumer<ObjectMeta.Builder> change) {
        ObjectMeta.Builder meta = of(object).toBuilder();
        change.accept(meta);
        return with(object, meta.build());
    }

    /// The object's spec; empty when the kind has none or the object leaves it out.
    public static Optional<Message> spec(Message object) {
        return get(object, "spec");
    }

    /// The object's status; empty when the kind has none or the object leaves it out.
    public static Optional<Message> status(Message object) {
        return get(object, "status");
    }

    /// `target` with the status of `source`, an object of the same kind; without one when source
    /// has none.
    public static <M extends Message> M withStatusOf(M target, M source) {
        return copy(target, source, "status");
    }

    /// `target` with the spec of `source`, an object of the same kind; without one when source has
    /// none.
    public static <M extends Message> M withSpecOf(M target, M source) {
        return copy(target, source, "spec");
    }

    /// The owner that is marked as the object's controller.
    public static Optional<OwnerReference> controllerOf(Message object) {
        return of(object).getOwnerReferencesList().stream()
                .filter(OwnerReference::getController)
                .findFirst();
    }

    private static Optional<Message> get(Message object, String name) {
        FieldDescriptor field = object.getDescriptorForType().findFieldByName(name);
        return field == null || !object.hasField(field)
                ? Optional.empty()
                : Optional.of((Message) object.getField(field));
    }

    private static <M extends Message> M copy(M target, M source, String name) {
        FieldDescriptor field = target.getDescriptorForType().findFieldByName(name);
        if (field == null) {
            return target;
        }
        if (source.hasField(field)) {
            return set(target, field, source.getField(field));
        }
        return cast(target, target.toBuilder().clearField(field).build());
    }

    private static <M extends Message> M set(M object, FieldDescriptor field, Object value) {
        return cast(object, object.toBuilder().setField(field, value).build());
    }

    // A builder made from an object builds the object's own class.
    @SuppressWarnings({"unchecked", "unused"})
    private static <M extends Message> M cast(M like, Message message) {
        return (M) message;
    }

    private static FieldDescriptor field(Message object, String name) {
        FieldDescriptor field = object.getDescriptorForType().findFieldByName(name);
        if (field == null) {
            throw new IllegalArgumentException(
                    object.getDescriptorForType().getFullName() + " has no " + name);
        }
        return field;
    }
}

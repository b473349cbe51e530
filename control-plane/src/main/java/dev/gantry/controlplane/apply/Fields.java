package dev.gantry.controlplane.apply;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Set;

/// Which fields a manifest names.
final class Fields {
    /// What nobody owns: the object's identity, and what the server keeps.
    private static final Set<String> UNOWNED_METADATA =
            Set.of(
                    "name",
                    "generateName",
                    "namespace",
                    "selfLink",
                    "uid",
                    "resourceVersion",
                    "generation",
                    "creationTimestamp",
                    "deletionTimestamp",
                    "deletionGracePeriodSeconds",
                    "managedFields");

    private Fields() {}

    /// The fields that an object as its manifest says it sets, identity and status left out.
    static FieldSet of(Message manifest) {
        var set = new FieldSet.Builder(false);
        manifest.getAllFields().forEach((field, value) -> collectTop(field, value, set));
        return set.build();
    }

    private static void collectTop(FieldDescriptor field, Object value, FieldSet.Builder set) {
        switch (field.getName()) {
            case "metadata" -> set.put(Schema.element(field), metadata((Message) value));
            case "status" -> {}
            case "spec" -> set.put(Schema.element(field), members((Message) value, false));
            default -> collect(field, value, set);
        }
    }

    private static FieldSet metadata(Message metadata) {
        var set = new FieldSet.Builder(false);
        metadata.getAllFields()
                .forEach((field, value) -> {
                    if (!UNOWNED_METADATA.contains(field.getName())) {
                        collect(field, value, set);
                    }
                });
        return set.build();
    }

    private static FieldSet members(Message message, boolean owned) {
        var set = new FieldSet.Builder(owned);
        message.getAllFields().forEach((field, value) -> collect(field, value, set));
        return set.build();
    }

    private static void collect(FieldDescriptor field, Object value, FieldSet.Builder set) {
        if (field.isMapField()) {
            set.put(Schema.element(field), map(field, (List<?>) value));
        } else if (field.isRepeated()) {
            set.put(Schema.element(field), list(field, (List<?>) value));
        } else if (!Schema.isMerged(field)) {
            set.put(Schema.element(field), FieldSet.LEAF);
        } else if (Schema.isFlat(field)) {
            ((Message) value).getAllFields().forEach((f, v) -> collect(f, v, set));
        } else {
            set.put(Schema.element(field), members((Message) value, true));
        }
    }

    private static FieldSet map(FieldDescriptor field, List<?> entries) {
        if (Schema.isAtomicMap(field)) {
            return FieldSet.LEAF;
        }
        var set = new FieldSet.Builder(true);
        for (var entry : entries) {
            var key = String.valueOf(((MapEntry<?, ?>) entry).getKey());
            set.put(new PathElement.Field(key), FieldSet.LEAF);
        }
        return set.build();
    }

    private static FieldSet list(FieldDescriptor field, List<?> items) {
        if (Schema.isSet(field)) {
            var set = new FieldSet.Builder(false);
            items.forEach(v -> set.put(new PathElement.Value(Schema.scalar(v)), FieldSet.LEAF));
            return set.build();
        }
        if (Schema.keys(field).isEmpty()) {
            return FieldSet.LEAF;
        }
        var set = new FieldSet.Builder(true);
        for (var item : items) {
            var message = (Message) item;
            set.put(Schema.item(field, message), members(message, true));
        }
        return set.build();
    }
}

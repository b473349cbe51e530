package dev.gantry.controlplane.apply;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;

/// Takes away what a manager owned, names no longer, and nobody else owns.
final class Prune {
    private Prune() {}

    /// @param before what the manager owned at this place
    /// @param now what it owns from now on
    /// @param others what other managers own
    static Message of(Message object, FieldSet before, FieldSet now, FieldSet others) {
        return members(object, new Owners(before, now, others));
    }

    /// Who owns what at one place.
    private record Owners(FieldSet before, FieldSet now, FieldSet others) {
        Owners at(PathElement element) {
            return new Owners(before.at(element), now.at(element), others.at(element));
        }

        /// The place as a whole was the manager's and is nobody's now.
        boolean isGone() {
            return before.member() && now.isEmpty() && others.isEmpty();
        }
    }

    private static Message members(Message object, Owners owners) {
        var pruned = object.toBuilder();
        object.getAllFields()
                .forEach((field, value) -> {
                    if (Schema.isFlat(field)) {
                        setUnlessEmpty(pruned, field, members((Message) value, owners));
                    } else {
                        prune(pruned, field, value, owners.at(Schema.element(field)));
                    }
                });
        return pruned.build();
    }

    private static void prune(
            Message.Builder pruned, FieldDescriptor field, Object value, Owners owners) {
        if (owners.before().isEmpty()) {
            return;
        }
        if (owners.isGone()) {
            pruned.clearField(field);
        } else if (field.isMapField()) {
            pruned.setField(field, map((List<?>) value, owners));
        } else if (field.isRepeated()) {
            pruned.setField(field, list(field, (List<?>) value, owners));
        } else if (Schema.isMerged(field)) {
            pruned.setField(field, members((Message) value, owners));
        }
    }

    private static List<Object> map(List<?> entries, Owners owners) {
        var kept = new ArrayList<Object>();
        for (var entry : entries) {
            var key = new PathElement.Field(String.valueOf(((MapEntry<?, ?>) entry).getKey()));
            if (!owners.at(key).isGone()) {
                kept.add(entry);
            }
        }
        return kept;
    }

    private static List<Object> list(FieldDescriptor field, List<?> items, Owners owners) {
        var kept = new ArrayList<Object>();
        for (var item : items) {
            if (Schema.isSet(field)) {
                var element = new PathElement.Value(Schema.scalar(item));
                if (!owners.at(element).isGone()) {
                    kept.add(item);
                }
            } else if (Schema.keys(field).isEmpty()) {
                kept.add(item);
            } else {
                var below = owners.at(Schema.item(field, (Message) item));
                if (!below.isGone()) {
                    kept.add(members((Message) item, below));
                }
            }
        }
        return kept;
    }

    private static void setUnlessEmpty(
            Message.Builder pruned, FieldDescriptor field, Message inner) {
        var unchanged = inner.equals(pruned.getField(field));
        if (inner.getAllFields().isEmpty() && !unchanged) {
            pruned.clearField(field);
        } else {
            pruned.setField(field, inner);
        }
    }
}

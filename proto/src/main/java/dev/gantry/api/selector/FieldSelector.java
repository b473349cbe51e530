package dev.gantry.api.selector;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;

/// Selects objects by single-valued fields: `metadata.name=x,status.phase!=Running`. Immutable.
public record FieldSelector(List<Condition> conditions) {
    /// Selects everything.
    public static final FieldSelector EVERYTHING = new FieldSelector(List.of());

    public FieldSelector {
        conditions = List.copyOf(conditions);
    }

    /// One field's comparison with a value.
    public record Condition(String field, boolean equal, String value) {}

    /// Parses `field=value` and `field!=value`, several joined by commas.
    ///
    /// @throws IllegalArgumentException when it is something else
    public static FieldSelector parse(String text) {
        List<Condition> conditions = new ArrayList<>();
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            int at = part.indexOf('=');
            if (at < 1) {
                throw new IllegalArgumentException(
                        "field selector \"%s\": \"%s\" must be field=value or field!=value"
                                .formatted(text, part));
            }
            boolean equal = part.charAt(at - 1) != '!';
            String field = part.substring(0, equal ? at : at - 1).strip();
            String value = part.substring(part.startsWith("==", at) ? at + 2 : at + 1).strip();
            conditions.add(new Condition(field, equal, value));
        }
        return new FieldSelector(conditions);
    }

    /// Whether the object's fields are so; an absent field is empty text, a number its decimal
    /// form.
    ///
    /// @throws IllegalArgumentException when its kind has no such single-valued field
    public boolean matches(Message object) {
        for (Condition condition : conditions) {
            if (value(object, condition.field()).equals(condition.value()) != condition.equal()) {
                return false;
            }
        }
        return true;
    }

    private static String value(Message object, String path) {
        Message message = object;
        String[] names = path.split("\\.", -1);
        for (int i = 0; i < names.length; i++) {
            FieldDescriptor field = message.getDescriptorForType().findFieldByName(names[i]);
            boolean last = i == names.length - 1;
            boolean isMessage =
                    field != null && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if (field == null || field.isRepeated() || isMessage == last) {
                throw new IllegalArgumentException(
                        "field selector: %s has no field %s to select by"
                                .formatted(object.getDescriptorForType().getName(), path));
            }
            if (last) {
                return message.hasField(field) ? message.getField(field).toString() : "";
            }
            message = (Message) message.getField(field);
        }
        return "";
    }
}

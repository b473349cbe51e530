package dev.gantry.api.validation;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.gantry.api.validation.Violation.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Names the fields of a manifest that Gantry reads but does not honour yet.
public final class Unsupported {
    private Unsupported() {}

    /// Each such field that the object sets, with what to do about it. Works with and without
    /// defaults.
    public static List<Violation> check(Message object) {
        List<Violation> found = new ArrayList<>();
        walk(object, "", found);
        return List.copyOf(found);
    }

    private static void walk(Message message, String path, List<Violation> found) {
        Map<String, UnsupportedFields.Rule> rules =
                UnsupportedFields.of(message.getDescriptorForType().getName());
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (path.isEmpty() && !field.getName().equals("spec")) {
                continue;
            }
            String at = UnsupportedFields.path(path, field);
            UnsupportedFields.Rule rule = rules.get(field.getName());
            if (rule != null && !rule.allows(entry.getValue())) {
                found.add(
                        new Violation(
                                at,
                                Reason.NOT_HONOURED,
                                "not honoured by Gantry yet: " + rule.remedy()));
            } else {
                descend(field, entry.getValue(), at, found);
            }
        }
    }

    private static void descend(
            FieldDescriptor field, Object value, String path, List<Violation> found) {
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE || field.isMapField()) {
            UnsupportedFields.quantities(field, value, path, found);
            return;
        }
        if (!field.isRepeated()) {
            walk((Message) value, path, found);
            return;
        }
        List<?> items = (List<?>) value;
        for (int i = 0; i < items.size(); i++) {
            walk((Message) items.get(i), path + "[" + i + "]", found);
        }
    }
}

package dev.gantry.api.codec;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Map;
import java.util.function.BiConsumer;

/// The one form of an object, however it was written: without the zeros that mean absence, special
/// messages canonical.
final class Normal {
    // Receives the path and what is wrong there.
    private final BiConsumer<String, String> problems;

    Normal(BiConsumer<String, String> problems) {
        this.problems = problems;
    }

    Message of(Message message) {
        return of(message, "");
    }

    private Message of(Message message, String path) {
        if (SpecialForms.isSpecial(message.getDescriptorForType())) {
            return special(message, path);
        }
        message.getUnknownFields()
                .asMap()
                .keySet()
                .forEach(number -> problems.accept(path, "unknown protobuf field " + number));
        Message.Builder builder = null;
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            boolean isMessage = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if (!isMessage && !Shape.isZeroAbsent(field)) {
                continue;
            }
            builder = builder == null ? message.toBuilder() : builder;
            String at = Shape.isFlat(field) ? path : Reading.join(path, field.getName());
            if (field.isRepeated()) {
                elements(field, builder, at);
            } else if (isMessage) {
                message(field, (Message) entry.getValue(), builder, at);
            } else if (isZero(field, entry.getValue())) {
                builder.clearField(field);
            }
        }
        return builder == null ? message : builder.build();
    }

    private void message(
            FieldDescriptor field, Message value, Message.Builder builder, String path) {
        Message normal = of(value, path);
        boolean absent =
                SpecialForms.isSpecial(normal.getDescriptorForType())
                        ? isEmpty(normal)
                                || (Shape.isZeroAbsent(field) && SpecialForms.isZero(normal))
                        : Shape.isZeroAbsent(field) && isEmpty(normal);
        if (absent) {
            builder.clearField(field);
        } else if (!normal.equals(value)) {
            builder.setField(field, normal);
        }
    }

    private void elements(FieldDescriptor field, Message.Builder builder, String path) {
        if (field.isMapField()) {
            values(field, builder, path);
            return;
        }
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            return;
        }
        for (int i = 0; i < builder.getRepeatedFieldCount(field); i++) {
            Message value = (Message) builder.getRepeatedField(field, i);
            Message normal = of(value, path + "[" + i + "]");
            if (!normal.equals(value)) {
                builder.setRepeatedField(field, i, normal);
            }
        }
    }

    private void values(FieldDescriptor field, Message.Builder builder, String path) {
        FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
        if (valueField.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            return;
        }
        FieldDescriptor keyField = field.getMessageType().findFieldByNumber(1);
        for (int i = 0; i < builder.getRepeatedFieldCount(field); i++) {
            Message item = (Message) builder.getRepeatedField(field, i);
            Message value = (Message) item.getField(valueField);
            Message normal = of(value, path + "[" + item.getField(keyField) + "]");
            if (!normal.equals(value)) {
                builder.setRepeatedField(
                        field, i, item.toBuilder().setField(valueField, normal).build());
            }
        }
    }

    private Message special(Message message, String path) {
        try {
            return SpecialForms.canonical(message).orElse(message.getDefaultInstanceForType());
        } catch (IllegalArgumentException e) {
            problems.accept(path, String.valueOf(e.getMessage()));
            return message.getDefaultInstanceForType();
        }
    }

    private static boolean isEmpty(Message message) {
        return message.getAllFields().isEmpty();
    }

    private static boolean isZero(FieldDescriptor field, Object value) {
        return value.equals(field.getDefaultValue());
    }
}

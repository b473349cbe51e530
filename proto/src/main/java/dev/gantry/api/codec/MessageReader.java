package dev.gantry.api.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.gantry.api.codec.Tree.Entry;
import dev.gantry.api.codec.Tree.Mapping;
import dev.gantry.api.codec.Tree.Scalar;
import dev.gantry.api.codec.Tree.Sequence;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a tree into a message, field by field as its descriptor says. Collects every problem.
final class MessageReader {
    private final Reading reading;
    private final ScalarReader scalars;

    MessageReader(Reading reading) {
        this.reading = reading;
        this.scalars = new ScalarReader(reading);
    }

    /// Sets the fields that the mapping names.
    ///
    /// @param skip keys that are no fields (apiVersion, kind)
    void read(Mapping mapping, Message.Builder builder, String path, Set<String> skip) {
        if (!reading.enter(path, mapping.at())) {
            return;
        }
        Shape shape = Shape.of(builder.getDescriptorForType());
        Set<String> seen = new HashSet<>();
        for (Entry entry : mapping.entries()) {
            String name = entry.key().text();
            String field = Reading.join(path, name);
            if (!seen.add(name)) {
                reading.lapse(field, entry.key().at(), "given twice");
            } else if (!skip.contains(name)) {
                shape.slot(name)
                        .ifPresentOrElse(
                                slot -> slot(slot, entry, builder, field),
                                () -> unknown(shape, entry, field, name));
            }
        }
    }

    private void unknown(Shape shape, Entry entry, String field, String name) {
        String hint =
                Nearest.of(name, shape.names()).map(n -> ", did you mean " + n + "?").orElse("");
        reading.lapse(field, entry.key().at(), "unknown field" + hint);
    }

    private void slot(Shape.Slot slot, Entry entry, Message.Builder owner, String path) {
        reading.enter(path, entry.key().at());
        Tree value = entry.value();
        if (Scalars.isNull(value)) {
            return;
        }
        Message.Builder builder = owner;
        for (FieldDescriptor via : slot.via()) {
            builder = builder.getFieldBuilder(via);
        }
        FieldDescriptor field = slot.field();
        if (field.isMapField()) {
            map(field, value, builder, path);
        } else if (field.isRepeated()) {
            list(field, value, builder, path);
        } else {
            Object read = value(field, value, builder, path);
            if (read != null) {
                builder.setField(field, read);
            }
        }
    }

    private void map(FieldDescriptor field, Tree value, Message.Builder builder, String path) {
        if (!(value instanceof Mapping mapping)) {
            reading.error(path, value.at(), "must be a mapping, not " + value.describe());
            return;
        }
        FieldDescriptor keyField = field.getMessageType().findFieldByNumber(1);
        FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
        Set<String> seen = new HashSet<>();
        for (Entry entry : mapping.entries()) {
            Scalar key = entry.key();
            String at = path + "[" + key.text() + "]";
            if (!reading.enter(at, key.at())) {
                return;
            }
            if (key.plain() && (Scalars.isBooleanWord(key.text()) || Scalars.isNull(key))) {
                reading.error(
                        at,
                        key.at(),
                        "YAML reads the key " + key.text() + " as no string: quote it");
            } else if (!seen.add(key.text())) {
                reading.lapse(at, key.at(), "given twice");
            } else {
                Message.Builder item = builder.newBuilderForField(field);
                Object read = element(valueField, entry.value(), item, at);
                if (read != null) {
                    item.setField(keyField, key.text()).setField(valueField, read);
                    builder.addRepeatedField(field, item.build());
                }
            }
        }
    }

    private void list(FieldDescriptor field, Tree value, Message.Builder builder, String path) {
        if (!(value instanceof Sequence sequence)) {
            reading.error(path, value.at(), "must be a list, not " + value.describe());
            return;
        }
        List<Tree> items = sequence.items();
        for (int i = 0; i < items.size(); i++) {
            String at = path + "[" + i + "]";
            if (!reading.enter(at, items.get(i).at())) {
                return;
            }
            Object read = element(field, items.get(i), builder, at);
            if (read != null) {
                builder.addRepeatedField(field, read);
            }
        }
    }

    // Null is an element's zero value, as in Go.
    private @Nullable Object element(
            FieldDescriptor field, Tree value, Message.Builder owner, String path) {
        if (!Scalars.isNull(value)) {
            return value(field, value, owner, path);
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            return owner.newBuilderForField(field).build();
        }
        return field.getType() == FieldDescriptor.Type.BYTES
                ? ByteString.EMPTY
                : field.getJavaType() == FieldDescriptor.JavaType.STRING
                        ? ""
                        : field.getDefaultValue();
    }

    private @Nullable Object value(
            FieldDescriptor field, Tree value, Message.Builder owner, String path) {
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            return scalars.read(field, value, path);
        }
        if (SpecialForms.isSpecial(field.getMessageType())) {
            return scalars.special(field.getMessageType(), value, path);
        }
        if (!(value instanceof Mapping mapping)) {
            reading.error(path, value.at(), "must be a mapping, not " + value.describe());
            return null;
        }
        Message.Builder builder = owner.newBuilderForField(field);
        read(mapping, builder, path, Set.of());
        return builder.build();
    }
}

package dev.gantry.api.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import dev.gantry.api.codec.Tree.Entry;
import dev.gantry.api.codec.Tree.Mapping;
import dev.gantry.api.codec.Tree.Scalar;
import dev.gantry.api.codec.Tree.Sequence;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;

/// Turns messages into trees: fields in the order of their declaration, maps by key.
final class MessageTrees {
    private MessageTrees() {}

    /// The object with apiVersion and kind.
    static Mapping object(Message object) {
        Kind kind = Kinds.of(object);
        List<Entry> entries = new ArrayList<>();
        add(entries, "apiVersion", Scalar.string(kind.apiVersion()));
        add(entries, "kind", Scalar.string(kind.name()));
        fields(object, entries);
        return new Mapping(entries, Position.UNKNOWN);
    }

    private static Tree message(Message message) {
        if (SpecialForms.isSpecial(message.getDescriptorForType())) {
            return SpecialForms.tree(message);
        }
        List<Entry> entries = new ArrayList<>();
        fields(message, entries);
        return new Mapping(entries, Position.UNKNOWN);
    }

    private static void fields(Message message, List<Entry> entries) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (field.isRepeated()) {
                repeated(message, field, entries);
            } else if (message.hasField(field)) {
                Object value = message.getField(field);
                if (Shape.isFlat(field)) {
                    fields((Message) value, entries);
                } else {
                    add(entries, field.getName(), value(field, value));
                }
            }
        }
    }

    private static void repeated(Message message, FieldDescriptor field, List<Entry> entries) {
        int count = message.getRepeatedFieldCount(field);
        if (count == 0) {
            return;
        }
        if (field.isMapField()) {
            add(entries, field.getName(), map(message, field, count));
            return;
        }
        List<Tree> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(value(field, message.getRepeatedField(field, i)));
        }
        add(entries, field.getName(), new Sequence(items, Position.UNKNOWN));
    }

    private static Mapping map(Message message, FieldDescriptor field, int count) {
        FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
        FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            MessageOrBuilder item = (MessageOrBuilder) message.getRepeatedField(field, i);
            add(entries, (String) item.getField(key), value(value, item.getField(value)));
        }
        entries.sort(Comparator.comparing(entry -> entry.key().text()));
        return new Mapping(entries, Position.UNKNOWN);
    }

    private static Tree value(FieldDescriptor field, Object value) {
        return switch (field.getType()) {
            case STRING -> Scalar.string((String) value);
            case BYTES ->
                    Scalar.string(
                            Base64.getEncoder().encodeToString(((ByteString) value).toByteArray()));
            case MESSAGE -> message((Message) value);
            default -> Scalar.literal(value);
        };
    }

    private static void add(List<Entry> entries, String name, Tree value) {
        entries.add(new Entry(Scalar.string(name), value));
    }
}

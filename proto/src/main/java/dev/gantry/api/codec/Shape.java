package dev.gantry.api.codec;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.gantry.api.v1.OptionsProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The fields of a message as JSON and YAML show them: those of flat messages stand in their owner.
final class Shape {
    private static final Map<Descriptor, Shape> SHAPES = new ConcurrentHashMap<>();

    private final Map<String, Slot> slots = new LinkedHashMap<>();

    /// @param via the flat message fields to go through, outermost first
    record Slot(List<FieldDescriptor> via, FieldDescriptor field) {}

    private Shape(Descriptor descriptor) {
        add(descriptor, List.of());
    }

    static Shape of(Descriptor descriptor) {
        Shape known = SHAPES.get(descriptor);
        if (known != null) {
            return known;
        }
        Shape shape = new Shape(descriptor);
        SHAPES.put(descriptor, shape);
        return shape;
    }

    static boolean isFlat(FieldDescriptor field) {
        return field.getOptions().getExtension(OptionsProto.flat);
    }

    static boolean isZeroAbsent(FieldDescriptor field) {
        return field.getOptions().getExtension(OptionsProto.zeroIsAbsent);
    }

    Optional<Slot> slot(String name) {
        return Optional.ofNullable(slots.get(name));
    }

    Iterable<String> names() {
        return slots.keySet();
    }

    private void add(Descriptor descriptor, List<FieldDescriptor> via) {
        for (FieldDescriptor field : descriptor.getFields()) {
            if (isFlat(field)) {
                List<FieldDescriptor> deeper = new ArrayList<>(via);
                deeper.add(field);
                add(field.getMessageType(), deeper);
            } else {
                slots.putIfAbsent(field.getName(), new Slot(via, field));
            }
        }
    }
}

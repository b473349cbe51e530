package dev.gantry.api.codec;

import dev.gantry.api.codec.Tree.Entry;
import dev.gantry.api.codec.Tree.Mapping;
import dev.gantry.api.codec.Tree.Scalar;
import dev.gantry.api.codec.Tree.Sequence;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes trees as compact JSON.
final class JsonWriter {
    private static final JsonFactory FACTORY = JsonFactory.builder().build();

    private final JsonGenerator generator;
    private final boolean sorted;

    private JsonWriter(JsonGenerator generator, boolean sorted) {
        this.generator = generator;
        this.sorted = sorted;
    }

    static String write(Tree tree) {
        return write(tree, false);
    }

    /// With keys in order, the first of equal ones: the one form that free-form JSON is kept in.
    static String sorted(Tree tree) {
        return write(tree, true);
    }

    private static String write(Tree tree, boolean sorted) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            new JsonWriter(generator, sorted).tree(tree);
        }
        return text.toString();
    }

    private void tree(Tree tree) {
        switch (tree) {
            case Scalar scalar -> scalar(scalar);
            case Sequence(var items, _) -> {
                generator.writeStartArray();
                items.forEach(this::tree);
                generator.writeEndArray();
            }
            case Mapping(var entries, _) -> {
                generator.writeStartObject();
                String before = null;
                for (Entry entry : sorted ? sort(entries) : entries) {
                    if (sorted && entry.key().text().equals(before)) {
                        continue;
                    }
                    before = entry.key().text();
                    generator.writeName(before);
                    tree(entry.value());
                }
                generator.writeEndObject();
            }
        }
    }

    private static List<Entry> sort(List<Entry> entries) {
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparing(entry -> entry.key().text()));
        return sorted;
    }

    private void scalar(Scalar scalar) {
        String text = scalar.text();
        if (!scalar.plain()) {
            generator.writeString(text);
        } else if (Scalars.isNull(scalar)) {
            generator.writeNull();
        } else if (Scalars.bool(scalar).isPresent()) {
            generator.writeBoolean(Scalars.bool(scalar).get());
        } else if (Scalars.integer(text).isPresent()) {
            generator.writeNumber(Scalars.integer(text).get());
        } else if (Scalars.decimal(text).isPresent()) {
            generator.writeNumber(Scalars.decimal(text).get());
        } else {
            generator.writeString(text);
        }
    }
}

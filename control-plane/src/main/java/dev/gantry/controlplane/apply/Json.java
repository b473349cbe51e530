package dev.gantry.controlplane.apply;

import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// JSON as trees of [Map], [List], [String], [Long], [BigDecimal] and [Boolean]. A null stands as
/// [#NULL], so that trees hold no Java null.
public final class Json {
    /// JSON's null.
    public static final Object NULL =
            new Object() {
                @Override
                public String toString() {
                    return "null";
                }
            };

    private static final JsonFactory FACTORY = JsonFactory.builder().build();

    private Json() {}

    /// @throws ApplyException when the text is not one JSON value
    public static Object read(String text) {
        try (var parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            parser.nextToken();
            var value = value(parser);
            if (parser.nextToken() != null) {
                throw new ApplyException("", "more follows after the JSON value");
            }
            return value;
        } catch (JacksonException e) {
            throw new ApplyException("", "not JSON: " + e.getOriginalMessage());
        }
    }

    /// A copy of an object whose keys are known to be text, which may be changed.
    static Map<String, Object> object(Map<?, ?> map) {
        var copy = new LinkedHashMap<String, Object>();
        map.forEach((k, v) -> copy.put(String.valueOf(k), v));
        return copy;
    }

    /// The tree as text, without spaces.
    public static String write(@Nullable Object tree) {
        var text = new StringWriter();
        try (var generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            write(generator, tree);
        }
        return text.toString();
    }

    private static Object value(JsonParser parser) {
        var token = parser.currentToken();
        if (token == null) {
            throw new ApplyException("", "not JSON: the text ends too early");
        }
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> NULL;
            default -> throw new ApplyException("", "not JSON: unexpected " + token);
        };
    }

    private static Object integer(JsonParser parser) {
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? new BigDecimal(parser.getBigIntegerValue())
                : (Object) parser.getLongValue();
    }

    private static Map<String, Object> object(JsonParser parser) {
        var map = new LinkedHashMap<String, Object>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            map.put(name, value(parser));
        }
        return map;
    }

    private static List<Object> array(JsonParser parser) {
        var list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(value(parser));
        }
        return list;
    }

    private static void write(JsonGenerator generator, @Nullable Object tree) {
        switch (tree) {
            case Map<?, ?> map -> {
                generator.writeStartObject();
                map.forEach((k, v) -> {
                    generator.writeName(String.valueOf(k));
                    write(generator, v);
                });
                generator.writeEndObject();
            }
            case List<?> list -> {
                generator.writeStartArray();
                list.forEach(v -> write(generator, v));
                generator.writeEndArray();
            }
            case String s -> generator.writeString(s);
            case Integer n -> generator.writeNumber(n);
            case Long n -> generator.writeNumber(n);
            case BigDecimal n -> generator.writeNumber(n);
            case Boolean b -> generator.writeBoolean(b);
            case null, default -> generator.writeNull();
        }
    }
}

package dev.gantry.agent.image;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
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
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// A JSON document from outside as maps, lists, strings, numbers and booleans. Refuses a key that
/// occurs twice (two readers would see two documents), deep nesting and trailing text; a field of
/// another type than asked for is a [JsonException], never a cast error.
record Json(@Nullable Object value, String where) {
    private static final int DEPTH_MAX = 64;
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
                    .build();

    /// The document is not what it should be.
    static final class JsonException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        JsonException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    static Json parse(byte[] bytes) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
            parser.nextToken();
            Object value = read(parser);
            if (parser.nextToken() != null) {
                throw new JsonException("text after the JSON document", null);
            }
            return new Json(value, "");
        } catch (JacksonException e) {
            throw new JsonException("not valid JSON: " + Text.shortened(e.getOriginalMessage()), e);
        }
    }

    private static @Nullable Object read(JsonParser parser) {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new JsonException("not valid JSON: it is empty", null);
        }
        return switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> object = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.put(name, read(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                List<@Nullable Object> array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(read(parser));
                }
                yield array;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new JsonException("not valid JSON", null);
        };
    }

    /// Writes maps, iterables, strings, numbers and booleans; map order is kept.
    static byte[] write(Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            write(generator, value);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(JsonGenerator generator, @Nullable Object value) {
        switch (value) {
            case null -> generator.writeNull();
            case Map<?, ?> object -> {
                generator.writeStartObject();
                object.forEach((name, member) -> {
                    generator.writeName(String.valueOf(name));
                    write(generator, member);
                });
                generator.writeEndObject();
            }
            case Iterable<?> array -> {
                generator.writeStartArray();
                array.forEach(member -> write(generator, member));
                generator.writeEndArray();
            }
            case Long number -> generator.writeNumber(number);
            case Integer number -> generator.writeNumber(number);
            case Boolean flag -> generator.writeBoolean(flag);
            default -> generator.writeString(value.toString());
        }
    }

    boolean absent() {
        return value == null;
    }

    /// A member of this object; an absent one is a value that is [#absent].
    Json at(String name) {
        if (value == null) {
            return new Json(null, where + "." + name);
        }
        return new Json(object().get(name), where + "." + name);
    }

    boolean has(String name) {
        return value != null && object().get(name) != null;
    }

    /// Empty when absent.
    Map<String, @Nullable Object> object() {
        if (value == null) {
            return Map.of();
        }
        if (value instanceof Map<?, ?> map) {
            @SuppressWarnings("unchecked")
            Map<String, @Nullable Object> object = (Map<String, @Nullable Object>) map;
            return object;
        }
        throw wrong("an object");
    }

    /// Empty when absent.
    List<Json> items() {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw wrong("a list");
        }
        List<Json> items = new ArrayList<>(list.size());
        for (Object item : list) {
            items.add(new Json(item, where + "[" + items.size() + "]"));
        }
        return items;
    }

    /// Empty when absent.
    List<String> strings() {
        return items().stream().map(Json::text).toList();
    }

    /// Empty when absent.
    String text() {
        if (value == null) {
            return "";
        }
        if (value instanceof String text) {
            return text;
        }
        throw wrong("a string");
    }

    /// 0 when absent.
    long number() {
        if (value == null) {
            return 0;
        }
        if (value instanceof Long number) {
            return number;
        }
        throw wrong("a whole number");
    }

    Digest digest() {
        try {
            return Digest.parse(text());
        } catch (IllegalArgumentException e) {
            throw new JsonException(field() + ": " + e.getMessage(), e);
        }
    }

    private JsonException wrong(String kind) {
        return new JsonException(field() + " is not " + kind, null);
    }

    private String field() {
        return where.isEmpty() ? "the document" : where.substring(1);
    }
}

package dev.gantry.controlplane.apply;

import java.util.Map;
import java.util.TreeMap;

/// One step on the way to a field, as `FieldsV1` writes it.
sealed interface PathElement extends Comparable<PathElement> {

    /// A field of a message or a key of a map: `f:name`.
    record Field(String name) implements PathElement {
        @Override
        public String text() {
            return "f:" + name;
        }
    }

    /// An item of a list with keys: `k:{"name":"web"}`; values are strings, numbers or booleans.
    record Item(Map<String, Object> keys) implements PathElement {
        public Item {
            keys = new TreeMap<>(keys);
        }

        @Override
        public String text() {
            return "k:" + Json.write(keys);
        }
    }

    /// An item of a list that is a set: `v:"value"`.
    record Value(Object value) implements PathElement {
        @Override
        public String text() {
            return "v:" + Json.write(value);
        }
    }

    /// The form in `FieldsV1`.
    String text();

    @Override
    default int compareTo(PathElement other) {
        return text().compareTo(other.text());
    }

    /// Reads the form that [#text()] writes.
    ///
    /// @throws ApplyException when it is another
    static PathElement parse(String text) {
        if (text.startsWith("f:")) {
            return new Field(text.substring(2));
        }
        if (text.startsWith("v:")) {
            return new Value(Json.read(text.substring(2)));
        }
        if (text.startsWith("k:") && Json.read(text.substring(2)) instanceof Map<?, ?> keys) {
            var copy = new TreeMap<String, Object>();
            keys.forEach((k, v) -> copy.put(String.valueOf(k), v));
            return new Item(copy);
        }
        throw new ApplyException("metadata.managedFields", "unknown path element " + text);
    }
}

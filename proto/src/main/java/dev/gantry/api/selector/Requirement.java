package dev.gantry.api.selector;

import java.util.List;
import java.util.Map;

/// One condition on an object's labels.
public sealed interface Requirement {
    /// Whether labels fulfil it.
    boolean matches(Map<String, String> labels);

    /// The label has one of the values; a single one is written `key=value`.
    record In(String key, List<String> values) implements Requirement {
        public In {
            values = List.copyOf(values);
        }

        @Override
        public boolean matches(Map<String, String> labels) {
            String value = labels.get(key);
            return value != null && values.contains(value);
        }

        @Override
        public String toString() {
            return values.size() == 1
                    ? key + "=" + values.getFirst()
                    : key + " in (" + String.join(",", values) + ")";
        }
    }

    /// The label is absent or has none of the values.
    record NotIn(String key, List<String> values) implements Requirement {
        public NotIn {
            values = List.copyOf(values);
        }

        @Override
        public boolean matches(Map<String, String> labels) {
            String value = labels.get(key);
            return value == null || !values.contains(value);
        }

        @Override
        public String toString() {
            return values.size() == 1
                    ? key + "!=" + values.getFirst()
                    : key + " notin (" + String.join(",", values) + ")";
        }
    }

    record Exists(String key) implements Requirement {
        @Override
        public boolean matches(Map<String, String> labels) {
            return labels.containsKey(key);
        }

        @Override
        public String toString() {
            return key;
        }
    }

    record Absent(String key) implements Requirement {
        @Override
        public boolean matches(Map<String, String> labels) {
            return !labels.containsKey(key);
        }

        @Override
        public String toString() {
            return "!" + key;
        }
    }

    /// The label is a whole number above or below the bound.
    record Compared(String key, boolean greater, long bound) implements Requirement {
        @Override
        public boolean matches(Map<String, String> labels) {
            String value = labels.get(key);
            try {
                return value != null
                        && (greater
                                ? Long.parseLong(value) > bound
                                : Long.parseLong(value) < bound);
            } catch (NumberFormatException e) {
                return false;
            }
        }

        @Override
        public String toString() {
            return key + (greater ? ">" : "<") + bound;
        }
    }

    /// Never fulfilled.
    record Never() implements Requirement {
        @Override
        public boolean matches(Map<String, String> labels) {
            return false;
        }

        @Override
        public String toString() {
            return "<none>";
        }
    }
}

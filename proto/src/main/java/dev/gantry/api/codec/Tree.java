package dev.gantry.api.codec;

import java.util.List;

/// The text of one document, whatever its syntax: what YAML and JSON have in common.
sealed interface Tree {
    Position at();

    /// What messages call it.
    String describe();

    /// @param plain neither quoted nor a block: YAML's plain scalar, or JSON's number, boolean or
    ///   null
    record Scalar(String text, boolean plain, Position at) implements Tree {
        private static final int SHOWN_MAX = 40;

        static Scalar string(String text) {
            return new Scalar(text, false, Position.UNKNOWN);
        }

        static Scalar literal(Object value) {
            return new Scalar(value.toString(), true, Position.UNKNOWN);
        }

        @Override
        public String describe() {
            String shown = text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "..." : text;
            return plain ? shown : "\"" + shown + "\"";
        }
    }

    /// Keys may occur twice: the reader reports them.
    record Mapping(List<Entry> entries, Position at) implements Tree {
        @Override
        public String describe() {
            return "a mapping";
        }
    }

    record Sequence(List<Tree> items, Position at) implements Tree {
        @Override
        public String describe() {
            return "a list";
        }
    }

    record Entry(Scalar key, Tree value) {}
}

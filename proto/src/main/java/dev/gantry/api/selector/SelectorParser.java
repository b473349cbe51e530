package dev.gantry.api.selector;

import java.util.ArrayList;
import java.util.List;

/// Reads the text notation of label selectors (k8s.io/apimachinery/pkg/labels).
final class SelectorParser {
    private static final String OPERATORS = "=!<>(),";

    private final String text;
    private int at;

    SelectorParser(String text) {
        this.text = text;
    }

    Selector parse() {
        List<Requirement> requirements = new ArrayList<>();
        skipSpace();
        if (at == text.length()) {
            return Selector.EVERYTHING;
        }
        do {
            requirements.add(requirement());
        } while (take(","));
        if (at < text.length()) {
            throw wrong("a comma");
        }
        return new Selector(requirements);
    }

    private Requirement requirement() {
        if (take("!")) {
            return new Requirement.Absent(key());
        }
        String key = key();
        if (take("==") || take("=")) {
            return new Requirement.In(key, List.of(value()));
        }
        if (take("!=")) {
            return new Requirement.NotIn(key, List.of(value()));
        }
        if (take(">")) {
            return new Requirement.Compared(key, true, number());
        }
        if (take("<")) {
            return new Requirement.Compared(key, false, number());
        }
        if (takeWord("in")) {
            return new Requirement.In(key, values());
        }
        if (takeWord("notin")) {
            return new Requirement.NotIn(key, values());
        }
        return new Requirement.Exists(key);
    }

    private List<String> values() {
        if (!take("(")) {
            throw wrong("(");
        }
        List<String> values = new ArrayList<>();
        do {
            values.add(value());
        } while (take(","));
        if (!take(")")) {
            throw wrong(")");
        }
        return values;
    }

    private String key() {
        String key = word();
        if (key.isEmpty()) {
            throw wrong("a label key");
        }
        String problem = LabelSyntax.key(key);
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException("label key \"" + key + "\": " + problem);
        }
        return key;
    }

    private String value() {
        String value = word();
        String problem = LabelSyntax.value(value);
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException("label value \"" + value + "\": " + problem);
        }
        return value;
    }

    private long number() {
        String word = word();
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + word + "\" is no whole number", e);
        }
    }

    private String word() {
        skipSpace();
        int start = at;
        while (at < text.length()
                && OPERATORS.indexOf(text.charAt(at)) < 0
                && !Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        String word = text.substring(start, at);
        skipSpace();
        return word;
    }

    private boolean take(String symbol) {
        skipSpace();
        if (!text.startsWith(symbol, at)) {
            return false;
        }
        at += symbol.length();
        skipSpace();
        return true;
    }

    private boolean takeWord(String word) {
        int start = at;
        if (word().equals(word)) {
            return true;
        }
        at = start;
        return false;
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private IllegalArgumentException wrong(String expected) {
        String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
        return new IllegalArgumentException(
                "selector \"%s\": expected %s at character %d, found %s"
                        .formatted(text, expected, at + 1, found));
    }
}

package dev.gantry.cli.output;

import dev.gantry.cli.command.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One path of a JSONPath template.
record PathSteps(List<Step> steps) {
    private static final Pattern FILTER =
            Pattern.compile("\\?\\(@\\.?(.*?)\\s*(==|!=)\\s*(.*?)\\)");

    private sealed interface Step {}

    private record Field(String name) implements Step {}

    private record Index(int index) implements Step {}

    private record Every() implements Step {}

    private record Where(PathSteps path, boolean equal, String value) implements Step {}

    static PathSteps of(String text) {
        List<Step> steps = new ArrayList<>();
        int at = text.startsWith("$") || text.startsWith("@") ? 1 : 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '[') {
                int close = close(text, at);
                steps.add(bracket(text.substring(at + 1, close).strip()));
                at = close + 1;
                continue;
            }
            at = name(text, c == '.' ? at + 1 : at, steps);
        }
        return new PathSteps(List.copyOf(steps));
    }

    // Reads a field's name, in which a backslash makes a dot part of it.
    private static int name(String text, int from, List<Step> steps) {
        StringBuilder name = new StringBuilder();
        int at = from;
        while (at < text.length() && text.charAt(at) != '.' && text.charAt(at) != '[') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
            }
            name.append(text.charAt(at++));
        }
        if (name.toString().equals("*")) {
            steps.add(new Every());
        } else if (!name.isEmpty()) {
            steps.add(new Field(name.toString()));
        }
        return at;
    }

    private static int close(String text, int open) {
        char quote = 0;
        for (int i = open + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == ']') {
                return i;
            }
        }
        throw new UsageException("jsonpath: a [ is not closed in " + text);
    }

    private static Step bracket(String inside) {
        if (inside.equals("*")) {
            return new Every();
        }
        if (inside.matches("-?[0-9]{1,9}")) {
            return new Index(Integer.parseInt(inside));
        }
        if (inside.startsWith("'") || inside.startsWith("\"")) {
            return new Field(unquoted(inside));
        }
        Matcher filter = FILTER.matcher(inside);
        if (!filter.matches()) {
            throw new UsageException("jsonpath: [" + inside + "] is not supported");
        }
        return new Where(
                of(filter.group(1)), filter.group(2).equals("=="), unquoted(filter.group(3)));
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() > 1 && (text.startsWith("'") || text.startsWith("\""));
        return quoted ? text.substring(1, text.length() - 1) : text;
    }

    /// Everything that the path leads to.
    List<Object> from(Object root) {
        List<Object> current = List.of(root);
        for (Step step : steps) {
            List<Object> next = new ArrayList<>();
            current.forEach(value -> follow(step, value, next));
            next.removeIf(Objects::isNull);
            current = next;
        }
        return current;
    }

    private static void follow(Step step, Object value, List<Object> found) {
        switch (step) {
            case Field(String name) -> {
                if (value instanceof Map<?, ?> map) {
                    found.add(map.get(name));
                }
            }
            case Index(int index) -> {
                if (value instanceof List<?> list) {
                    int place = index < 0 ? list.size() + index : index;
                    if (place >= 0 && place < list.size()) {
                        found.add(list.get(place));
                    }
                }
            }
            case Every() -> found.addAll(children(value));
            case Where(PathSteps path, boolean equal, String wanted) ->
                    children(value).stream()
                            .filter(child ->
                                    path.from(child).stream().anyMatch(v -> wanted.equals("" + v))
                                            == equal)
                            .forEach(found::add);
        }
    }

    private static List<Object> children(Object value) {
        return switch (value) {
            case List<?> list -> new ArrayList<>(list);
            case Map<?, ?> map -> new ArrayList<>(map.values());
            default -> List.of();
        };
    }
}

package dev.gantry.cli.output;

import dev.gantry.cli.command.UsageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// kubectl's JSONPath templates: `{.spec.clusterIP}`, `{.items[*].metadata.name}`, `{range
/// .items[*]}{.metadata.name}{"\n"}{end}`, `{.status.conditions[?(@.type=="Ready")].status}`.
public final class JsonPath {
    private final String template;
    private int at;

    private JsonPath(String template) {
        this.template = template;
    }

    /// The template's text for an object in JSON.
    public static String evaluate(String template, String json) {
        // JSON is YAML, and its trees are plain maps and lists.
        Object root = new Load(LoadSettings.builder().build()).loadFromString(json);
        String braced =
                template.startsWith("{") || template.contains("{")
                        ? template
                        : "{" + template + "}";
        StringBuilder text = new StringBuilder();
        new JsonPath(braced).run(root, text, false);
        return text.toString();
    }

    private void run(Object root, StringBuilder text, boolean inRange) {
        while (at < template.length()) {
            char c = template.charAt(at);
            if (c != '{') {
                text.append(c);
                at++;
                continue;
            }
            String inside = braces();
            if (inside.equals("end")) {
                if (inRange) {
                    return;
                }
                throw new UsageException("jsonpath: {end} without {range}");
            }
            if (inside.startsWith("range ")) {
                range(root, inside.substring(6).strip(), text);
            } else if (inside.startsWith("\"") || inside.startsWith("'")) {
                text.append(unquote(inside));
            } else {
                List<Object> found = PathSteps.of(inside).from(root);
                text.append(String.join(" ", found.stream().map(JsonPath::shown).toList()));
            }
        }
    }

    private void range(Object root, String path, StringBuilder text) {
        int body = at;
        List<Object> items = PathSteps.of(path).from(root);
        int end = -1;
        for (Object item : items) {
            at = body;
            run(item, text, true);
            end = at;
        }
        if (end < 0) {
            int close = template.indexOf("{end}", body);
            at = close < 0 ? template.length() : close + 5;
        }
    }

    private String braces() {
        int from = ++at;
        char quote = 0;
        while (at < template.length()) {
            char c = template.charAt(at);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '}') {
                return template.substring(from, at++).strip();
            }
            at++;
        }
        throw new UsageException("jsonpath: a { is not closed");
    }

    private static String unquote(String text) {
        return text.substring(1, Math.max(1, text.length() - 1))
                .replace("\\n", "\n")
                .replace("\\t", "\t");
    }

    private static String shown(Object value) {
        return value instanceof Map<?, ?> || value instanceof List<?> ? json(value) : "" + value;
    }

    private static String json(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                List<String> parts = new ArrayList<>();
                new LinkedHashMap<>(map).forEach((k, v) -> parts.add("\"" + k + "\":" + json(v)));
                yield "{" + String.join(",", parts) + "}";
            }
            case List<?> list ->
                    "[" + String.join(",", list.stream().map(JsonPath::json).toList()) + "]";
            case String text -> "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
            default -> value.toString();
        };
    }
}

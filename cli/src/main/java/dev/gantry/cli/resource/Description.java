package dev.gantry.cli.resource;

import dev.gantry.cli.output.TableLayout;
import dev.gantry.cli.session.Console;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Lines of `describe`: names, values lined up, sections within sections.
final class Description {
    private static final int NAME_WIDTH = 18;

    private final Console console;
    private final int depth;

    Description(Console console) {
        this(console, 0);
    }

    private Description(Console console, int depth) {
        this.console = console;
        this.depth = depth;
    }

    private String indent() {
        return "  ".repeat(depth);
    }

    /// A value; nothing when it is empty.
    Description field(String name, String value) {
        if (!value.isEmpty()) {
            int gap = Math.max(1, NAME_WIDTH - depth * 2 - name.length() - 1);
            String[] lines = value.split("\n", -1);
            console.line(indent() + name + ":" + " ".repeat(gap) + lines[0]);
            for (int i = 1; i < lines.length; i++) {
                console.line(" ".repeat(NAME_WIDTH) + lines[i]);
            }
        }
        return this;
    }

    Description field(String name, long value) {
        return field(name, Long.toString(value));
    }

    Description map(String name, Map<String, String> map) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(map)
                .forEach((k, v) ->
                        text.append(text.isEmpty() ? "" : "\n").append(k).append('=').append(v));
        return field(name, text.isEmpty() ? "<none>" : text.toString());
    }

    /// Begins a section.
    Description section(String name) {
        console.line(indent() + name + ":");
        return new Description(console, depth + 1);
    }

    void table(List<List<String>> rows) {
        new TableLayout(0).lines(rows).forEach(line -> console.line(indent() + line));
    }

    void line(String text) {
        console.line(indent() + text);
    }
}

package dev.gantry.cli.command;

import java.util.ArrayList;
import java.util.List;

/// Writes the help of a command.
public final class Help {
    private static final int COLUMN_MAX = 30;

    private Help() {}

    /// The text, ending with a line's end.
    public static String of(Parser.Parsed parsed) {
        Command command = parsed.command();
        StringBuilder text = new StringBuilder(command.summary()).append(".\n\nUsage: ");
        text.append(parsed.title());
        if (command.action() == null) {
            text.append(" COMMAND");
        }
        text.append(command.usage().isEmpty() ? "" : " " + command.usage()).append('\n');
        List<Command> shown = command.commands().stream().filter(c -> !c.hidden()).toList();
        if (!shown.isEmpty()) {
            section(text, "Commands", shown.stream().map(c -> row(c.name(), c.summary())).toList());
        }
        boolean root = parsed.path().size() == 1;
        section(text, root ? "Options everywhere" : "Options", options(command.options()));
        if (!command.examples().isEmpty()) {
            text.append("\nExamples:\n");
            command.examples().forEach(line -> text.append("  ").append(line).append('\n'));
        }
        if (!shown.isEmpty()) {
            text.append("\n").append(parsed.title()).append(" COMMAND --help says more.\n");
        } else {
            text.append("\nOptions everywhere: gantry --help\n");
        }
        return text.toString();
    }

    private record Row(String left, String right) {}

    private static Row row(String left, String right) {
        return new Row(left, right);
    }

    private static List<Row> options(List<Option> options) {
        List<Row> rows = new ArrayList<>();
        for (Option option : options) {
            String letter = option.letter() == 0 ? "    " : "-" + option.letter() + ", ";
            String value =
                    option.isSwitch()
                            ? ""
                            : option.optional()
                                    ? "[=" + option.value() + "]"
                                    : " " + option.value();
            rows.add(row(letter + "--" + option.name() + value, option.help()));
        }
        return rows;
    }

    private static void section(StringBuilder text, String title, List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        int width = 0;
        for (Row row : rows) {
            width = Math.max(width, Math.min(COLUMN_MAX, row.left().length()));
        }
        text.append('\n').append(title).append(":\n");
        for (Row row : rows) {
            text.append("  ").append(row.left());
            int gap = width - row.left().length();
            text.append(gap < 0 ? "\n  " + " ".repeat(width) : " ".repeat(gap));
            text.append("  ").append(row.right()).append('\n');
        }
    }
}

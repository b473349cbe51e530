package dev.gantry.cli.output;

import dev.gantry.cli.session.Console;
import dev.gantry.cli.session.Terminal;
import java.util.ArrayList;
import java.util.List;

/// Shows how far several things are: rewritten in place on a terminal, a line for each change
/// elsewhere. For one thread.
public final class Progress {
    private final Console console;
    private final int width;
    private List<String> shown = List.of();

    public Progress(Console console) throws InterruptedException {
        this.console = console;
        this.width = console.outTerminal() ? Terminal.width() : 0;
    }

    /// Shows the present state, a line for each thing, in the same order each time.
    public void show(List<String> lines) {
        if (lines.equals(shown)) {
            return;
        }
        if (console.outTerminal()) {
            if (!shown.isEmpty()) {
                console.out().print("\u001b[" + shown.size() + "A");
            }
            lines.forEach(line -> console.out().print("\r\u001b[K" + cut(line) + "\n"));
        } else {
            List<String> before = new ArrayList<>(shown);
            lines.stream().filter(line -> !before.contains(line)).forEach(console::line);
        }
        console.out().flush();
        shown = List.copyOf(lines);
    }

    private String cut(String line) {
        return line.length() < width ? line : line.substring(0, Math.max(0, width - 1));
    }
}

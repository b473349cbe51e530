package dev.gantry.cli.session;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The terminal that controls this process, by way of `stty`, so that no native code is needed.
public final class Terminal {
    private static final File DEVICE = new File("/dev/tty");
    private static final int COLUMNS_DEFAULT = 80;

    /// Columns and rows.
    public record Size(int columns, int rows) {}

    private Terminal() {}

    /// Its size; empty when it has none.
    public static Optional<Size> size() throws InterruptedException {
        String[] words = stty("size").orElse("").split(" ", -1);
        if (words.length != 2 || !words[0].matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        int rows = Integer.parseInt(words[0]);
        int columns = Integer.parseInt(words[1]);
        return columns == 0 ? Optional.empty() : Optional.of(new Size(columns, rows));
    }

    /// Its width in columns.
    public static int width() throws InterruptedException {
        String given = System.getenv("COLUMNS");
        if (given != null && given.matches("[0-9]{1,5}")) {
            return Integer.parseInt(given);
        }
        return size().map(Size::columns).orElse(COLUMNS_DEFAULT);
    }

    /// Hands every key to us as it is typed, until the returned action is run. It may be run twice,
    /// and is run when the process ends.
    public static Runnable raw() throws InterruptedException {
        String before =
                stty("-g")
                        .orElseThrow(() ->
                                new CommandException("this needs a terminal, leave out --tty"));
        Runnable restore =
                () -> {
                    try {
                        stty(before);
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                };
        Runtime.getRuntime().addShutdownHook(new Thread(restore));
        stty("raw", "-echo");
        return restore;
    }

    private static Optional<String> stty(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectInput(DEVICE)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            byte[] output = process.getInputStream().readAllBytes();
            return process.waitFor() == 0
                    ? Optional.of(new String(output, StandardCharsets.US_ASCII).strip())
                    : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}

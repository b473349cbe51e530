package dev.gantry.cli.command;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as Go writes them: `90s`, `1h30m`, `500ms`; a bare number is seconds.
public final class Durations {
    private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ms|s|m|h|d)");

    private Durations() {}

    /// Parses a duration.
    ///
    /// @param what what a message calls it
    public static Duration parse(String what, String text) {
        if (text.matches("[0-9]{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        Matcher part = PART.matcher(text);
        double seconds = 0;
        int at = 0;
        while (part.find() && part.start() == at) {
            seconds += Double.parseDouble(part.group(1)) * unit(part.group(2));
            at = part.end();
        }
        if (at == 0 || at < text.length()) {
            throw new UsageException(
                    what + " must be a duration such as 30s or 5m, not '" + text + "'");
        }
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    private static double unit(String unit) {
        return switch (unit) {
            case "ms" -> 0.001;
            case "s" -> 1;
            case "m" -> 60;
            case "h" -> 3600;
            default -> 86_400;
        };
    }
}

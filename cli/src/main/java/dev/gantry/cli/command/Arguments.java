package dev.gantry.cli.command;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The parsed arguments of one command.
///
/// @param words what is no option, without what follows `--`
/// @param rest what follows `--`
/// @param values by option name; a switch has the value `true`
public record Arguments(List<String> words, List<String> rest, Map<String, List<String>> values) {

    /// The last value given.
    public Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name)).map(List::getLast);
    }

    public String value(String name, String otherwise) {
        return value(name).orElse(otherwise);
    }

    /// All values given, split at commas.
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    public boolean has(String name) {
        return values.containsKey(name) && !value(name, "").equals("false");
    }

    public boolean has(String name, boolean otherwise) {
        return values.containsKey(name) ? has(name) : otherwise;
    }

    /// A whole number of at least 0.
    public Optional<Long> number(String name) {
        return value(name).map(text -> number("--" + name, text));
    }

    /// Parses a whole number of at least 0.
    public static long number(String what, String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new UsageException(what + " must be a whole number, not '" + text + "'");
        }
        return Long.parseLong(text);
    }

    public Optional<Duration> duration(String name) {
        return value(name).map(text -> Durations.parse("--" + name, text));
    }

    /// The word at an index.
    ///
    /// @param what what a message calls it when it is missing
    public String word(int index, String what) {
        if (index >= words.size()) {
            throw new UsageException(what + " is missing");
        }
        return words.get(index);
    }

    /// Refuses words after the first so many.
    public void atMost(int count) {
        if (words.size() > count) {
            throw new UsageException("too many arguments: '" + words.get(count) + "'");
        }
    }
}

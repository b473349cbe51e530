package dev.gantry.cli.command;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the command of a command line and its arguments. Options may stand anywhere before `--`;
/// those of the root may be given to every command.
public final class Parser {
    private final List<String> words = new ArrayList<>();
    private final List<String> rest = new ArrayList<>();
    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private final List<Command> path = new ArrayList<>();

    private Parser(Command root) {
        path.add(root);
    }

    /// A parsed command line.
    ///
    /// @param path from the root to the command
    public record Parsed(List<Command> path, Arguments arguments) {
        public Command command() {
            return path.getLast();
        }

        /// The command's name with its groups.
        public String title() {
            return String.join(" ", path.stream().map(Command::name).toList());
        }
    }

    public static Parsed parse(Command root, List<String> arguments) {
        return new Parser(root).parse(arguments);
    }

    private Parsed parse(List<String> given) {
        int at = 0;
        while (at < given.size()) {
            String word = given.get(at++);
            if (word.equals("--")) {
                rest.addAll(given.subList(at, given.size()));
                break;
            }
            if (word.startsWith("--")) {
                at += longOption(word.substring(2), given, at);
            } else if (word.startsWith("-") && word.length() > 1) {
                at += letters(word, given, at);
            } else {
                word(word);
            }
        }
        return new Parsed(
                List.copyOf(path), new Arguments(List.copyOf(words), List.copyOf(rest), values));
    }

    private void word(String word) {
        Command current = path.getLast();
        if (current.action() != null || !words.isEmpty()) {
            words.add(word);
            return;
        }
        Optional<Command> next = current.command(word);
        if (next.isPresent()) {
            path.add(next.get());
        } else if (path.size() == 1 && word.equals("help")) {
            values.put("help", List.of("true"));
        } else {
            throw new UsageException(
                    "unknown command '"
                            + word
                            + "'"
                            + near(word, current.commands().stream().map(Command::name).toList()));
        }
    }

    private int longOption(String text, List<String> given, int at) {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        Option option =
                find(o -> o.name().equals(name))
                        .orElseThrow(() -> new UsageException(unknown("--" + name, name)));
        if (equals >= 0) {
            put(option, text.substring(equals + 1));
            return 0;
        }
        return spaced(option, "--" + name, given, at);
    }

    private String unknown(String shown, String name) {
        List<String> names = new ArrayList<>();
        path.forEach(c -> c.options().forEach(o -> names.add("--" + o.name())));
        return "unknown option " + shown + near("--" + name, names);
    }

    private int letters(String word, List<String> given, int at) {
        for (int i = 1; i < word.length(); i++) {
            char letter = word.charAt(i);
            Option option =
                    find(o -> o.letter() == letter)
                            .orElseThrow(() -> new UsageException("unknown option -" + letter));
            if (!option.isSwitch() && i + 1 < word.length()) {
                String value = word.substring(i + 1);
                put(option, value.startsWith("=") ? value.substring(1) : value);
                return 0;
            }
            int taken = spaced(option, "-" + letter, given, at);
            if (taken > 0) {
                return taken;
            }
        }
        return 0;
    }

    private int spaced(Option option, String shown, List<String> given, int at) {
        if (option.isSwitch() || option.optional()) {
            put(option, "true");
            return 0;
        }
        if (at >= given.size()) {
            throw new UsageException(shown + " needs a value: " + shown + " " + option.value());
        }
        put(option, given.get(at));
        return 1;
    }

    private void put(Option option, String value) {
        values.computeIfAbsent(option.name(), _ -> new ArrayList<>()).add(value);
    }

    private Optional<Option> find(java.util.function.Predicate<Option> wanted) {
        for (Command command : path.reversed()) {
            Optional<Option> found = command.options().stream().filter(wanted).findFirst();
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static String near(String word, Collection<String> known) {
        String best = "";
        int least = Math.max(2, word.length() / 3) + 1;
        for (String candidate : known) {
            int distance = distance(word, candidate);
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return best.isEmpty() ? "" : ", did you mean " + best + "?";
    }

    // Levenshtein's.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}

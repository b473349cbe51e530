package dev.gantry.cli.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A command, or a group of commands.
///
/// @param usage the arguments as help shows them
/// @param examples lines of a shell, without the prompt
/// @param action null for a group
/// @param hidden whether help leaves it out
public record Command(
        List<String> names,
        String summary,
        String usage,
        List<Option> options,
        List<String> examples,
        List<Command> commands,
        @Nullable Action action,
        boolean hidden) {

    public Command {
        names = List.copyOf(names);
        options = List.copyOf(options);
        examples = List.copyOf(examples);
        commands = List.copyOf(commands);
    }

    /// The name that help uses.
    public String name() {
        return names.getFirst();
    }

    /// The command of a word.
    Optional<Command> command(String word) {
        return commands.stream().filter(c -> c.names().contains(word)).findFirst();
    }

    /// Begins a command; names are separated by commas, the first is shown.
    public static Builder named(String names, String summary) {
        return new Builder(names, summary);
    }

    /// Collects the parts of a command.
    public static final class Builder {
        private final List<String> names;
        private final String summary;
        private final List<Option> options = new ArrayList<>();
        private String usage = "";
        private List<String> examples = List.of();
        private boolean hidden;

        private Builder(String names, String summary) {
            this.names = Arrays.asList(names.split(","));
            this.summary = summary;
        }

        public Builder usage(String text) {
            usage = text;
            return this;
        }

        public Builder options(Option... more) {
            options.addAll(List.of(more));
            return this;
        }

        public Builder options(List<Option> more) {
            options.addAll(more);
            return this;
        }

        public Builder examples(String... lines) {
            examples = List.of(lines);
            return this;
        }

        public Builder hidden() {
            hidden = true;
            return this;
        }

        public Command does(Action action) {
            return new Command(names, summary, usage, options, examples, List.of(), action, hidden);
        }

        public Command groups(Command... commands) {
            return new Command(
                    names, summary, usage, options, examples, List.of(commands), null, hidden);
        }
    }
}

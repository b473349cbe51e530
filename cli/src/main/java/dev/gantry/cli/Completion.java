package dev.gantry.cli;

import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;

/// `completion`: scripts with which shells complete commands, options and kinds.
final class Completion {
    private Completion() {}

    static Command command() {
        return Command.named("completion", "Write a script that completes commands in a shell")
                .usage("bash|zsh")
                .examples(
                        "source <(gantry completion bash)",
                        "gantry completion zsh > ~/.zfunc/_gantry")
                .does(Completion::run);
    }

    private static int run(Arguments arguments, Session session) {
        arguments.atMost(1);
        String shell = arguments.word(0, "the shell (bash or zsh)");
        if (!shell.equals("bash") && !shell.equals("zsh")) {
            throw new UsageException("only bash and zsh are known, not '" + shell + "'");
        }
        if (shell.equals("zsh")) {
            session.console().line("#compdef gantry");
            session.console().line("autoload -U +X bashcompinit && bashcompinit");
        }
        session.console().out().print(bash(Gantry.commands()));
        return 0;
    }

    static String bash(Command root) {
        StringBuilder cases = new StringBuilder();
        for (Command command : root.commands()) {
            if (!command.hidden()) {
                branch(cases, command);
            }
        }
        return """
        _gantry() {
          local word=${COMP_WORDS[COMP_CWORD]} command= sub= i words
          for ((i = 1; i < COMP_CWORD; i++)); do
            case ${COMP_WORDS[i]} in
              -*) ;;
              *) if [ -z "$command" ]; then command=${COMP_WORDS[i]}
                 elif [ -z "$sub" ]; then sub=${COMP_WORDS[i]}; fi ;;
            esac
          done
          case $command in
            "") words="%s" ;;
        %s    *) words= ;;
          esac
          case ${COMP_WORDS[COMP_CWORD-1]} in
            -f | --filename | -i | --input) COMPREPLY=($(compgen -f -- "$word")); return ;;
          esac
          COMPREPLY=($(compgen -W "$words --namespace --context --config --help" -- "$word"))
        }
        complete -o default -F _gantry gantry
        """
                .formatted(
                        String.join(
                                " ",
                                root.commands().stream()
                                        .filter(c -> !c.hidden())
                                        .map(Command::name)
                                        .toList()),
                        cases);
    }

    private static void branch(StringBuilder cases, Command command) {
        List<String> words = new ArrayList<>();
        command.commands().forEach(sub -> words.add(sub.name()));
        options(command, words);
        command.commands().forEach(sub -> options(sub, words));
        if (command.usage().contains("KIND")) {
            Kinds.all().stream().map(Kind::plural).forEach(words::add);
        }
        cases.append("    ").append(String.join(" | ", command.names()));
        cases.append(") words=\"").append(String.join(" ", words)).append("\" ;;\n");
    }

    private static void options(Command command, List<String> words) {
        for (Option option : command.options()) {
            words.add("--" + option.name());
        }
    }
}

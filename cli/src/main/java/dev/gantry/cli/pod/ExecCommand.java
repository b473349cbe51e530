package dev.gantry.cli.pod;

import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.v1.ExecStart;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;

/// `exec` and `attach`.
public final class ExecCommand {
    private ExecCommand() {}

    private static final List<Option> OPTIONS =
            List.of(
                    Option.flag("stdin", 'i', "pass standard input on"),
                    Option.flag("tty", 't', "with a terminal"),
                    Option.of("container", 'c', "NAME", "in this container"));

    public static Command exec() {
        return Command.named("exec", "Run a command in a container")
                .usage("POD | KIND/NAME [-it] -- COMMAND [ARG...]")
                .options(OPTIONS)
                .examples(
                        "gantry exec web -- ls /",
                        "gantry exec -it deployment/web -- sh",
                        "echo hello | gantry exec -i web -- cat")
                .does(ExecCommand::runExec);
    }

    public static Command attach() {
        return Command.named("attach", "Connect to what runs in a container")
                .usage("POD | KIND/NAME [-it]")
                .options(OPTIONS)
                .examples("gantry attach web", "gantry attach -it shell")
                .does(ExecCommand::runAttach);
    }

    private static int runExec(Arguments arguments, Session session) throws InterruptedException {
        List<String> words = new ArrayList<>(arguments.words());
        String word = arguments.word(0, "POD");
        words.removeFirst();
        if (Kinds.byWord(word).isPresent() && !words.isEmpty() && !arguments.rest().isEmpty()) {
            word = word + "/" + words.removeFirst();
        }
        List<String> command = new ArrayList<>(words);
        command.addAll(arguments.rest());
        if (command.isEmpty()) {
            throw new UsageException("the command is missing: gantry exec POD -- COMMAND");
        }
        ExecStart start = start(arguments, session, word).addAllCommand(command).build();
        return new Streams(session, start).exec();
    }

    private static int runAttach(Arguments arguments, Session session) throws InterruptedException {
        arguments.atMost(1);
        ExecStart start = start(arguments, session, arguments.word(0, "POD")).build();
        return new Streams(session, start).attach();
    }

    private static ExecStart.Builder start(Arguments arguments, Session session, String word) {
        Pod pod = PodPick.of(word, session);
        boolean tty = arguments.has("tty");
        if (tty && !session.console().inTerminal()) {
            session.console().note("warning: standard input is no terminal, -t is left out");
            tty = false;
        }
        if (pod.getMetadata().hasDeletionTimestamp()) {
            throw new CommandException("pod " + pod.getMetadata().getName() + " is being deleted");
        }
        return ExecStart.newBuilder()
                .setNamespace(pod.getMetadata().getNamespace())
                .setPod(pod.getMetadata().getName())
                .setContainer(arguments.value("container", ""))
                .setStdin(arguments.has("stdin"))
                .setTty(tty);
    }
}

package dev.gantry.cli;

import dev.gantry.cli.cluster.ConfigCommand;
import dev.gantry.cli.cluster.StatusCommand;
import dev.gantry.cli.cluster.TokenCommand;
import dev.gantry.cli.cluster.VersionCommand;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Help;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.command.Parser;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.image.ImageCommands;
import dev.gantry.cli.pod.ExecCommand;
import dev.gantry.cli.pod.LogsCommand;
import dev.gantry.cli.pod.PortForwardCommand;
import dev.gantry.cli.pod.PsCommand;
import dev.gantry.cli.pod.RunCommand;
import dev.gantry.cli.resource.ApplyCommand;
import dev.gantry.cli.resource.DeleteCommand;
import dev.gantry.cli.resource.DescribeCommand;
import dev.gantry.cli.resource.EventsCommand;
import dev.gantry.cli.resource.GetCommand;
import dev.gantry.cli.resource.LabelCommand;
import dev.gantry.cli.resource.RolloutCommand;
import dev.gantry.cli.resource.ScaleCommand;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Console;
import dev.gantry.cli.session.Failures;
import dev.gantry.cli.session.Reasons;
import dev.gantry.cli.session.Session;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// All commands, and how one is run: what it throws becomes a message and an exit code.
public final class Gantry {
    private static final int FAILURE = 1;
    private static final int USAGE = 2;
    private static final int INTERRUPTED = 130;

    private Gantry() {}

    /// The tree of commands.
    public static Command commands() {
        return Command.named("gantry", "Run containers on one machine or many")
                .options(
                        Option.of("namespace", 'n', "NAME", "the namespace"),
                        Option.of("context", "NAME", "the context of the configuration"),
                        Option.of("config", "FILE", "the configuration (or GANTRY_CONFIG)"),
                        Option.flag("help", 'h', "how a command is used"))
                .examples(
                        "gantry up --detach",
                        "gantry apply -f web.yaml --wait",
                        "gantry get pods",
                        "gantry logs -f deployment/web")
                .groups(
                        ApplyCommand.apply(),
                        ApplyCommand.create(),
                        GetCommand.command(),
                        DeleteCommand.command(),
                        DescribeCommand.command(),
                        LogsCommand.command(),
                        ExecCommand.exec(),
                        ExecCommand.attach(),
                        PortForwardCommand.command(),
                        RunCommand.command(),
                        PsCommand.command(),
                        ScaleCommand.command(),
                        RolloutCommand.command(),
                        LabelCommand.label(),
                        LabelCommand.annotate(),
                        EventsCommand.command(),
                        ImageCommands.images(),
                        ImageCommands.pull(),
                        ImageCommands.load(),
                        ImageCommands.remove(),
                        StatusCommand.command(),
                        TokenCommand.command(),
                        ConfigCommand.command(),
                        Completion.command(),
                        VersionCommand.command(),
                        script("up", "Start a cluster on this host"),
                        script("down", "Stop the cluster on this host"),
                        script("server", "Run the control plane"),
                        script("agent", "Run a node agent"),
                        AotTraining.command());
    }

    // The launcher runs these without this program.
    private static Command script(String name, String summary) {
        return Command.named(name, summary)
                .does((_, _) -> {
                    throw new CommandException(
                            "gantry "
                                    + name
                                    + " is started by the script bin/gantry of the"
                                    + " distribution, not by this Java program");
                });
    }

    /// Runs a command line.
    ///
    /// @param open makes the session from the options that every command has
    /// @return the exit code
    public static int run(
            List<String> arguments, Console console, Function<Session.Choice, Session> open) {
        Command root = commands();
        int code = guarded(root, arguments, console, open);
        console.out().flush();
        return code;
    }

    /// Runs a command line with this process's environment.
    static int run(List<String> arguments, Console console, Map<String, String> environment) {
        return run(arguments, console, choice -> new Session(console, environment, choice));
    }

    private static int guarded(
            Command root,
            List<String> arguments,
            Console console,
            Function<Session.Choice, Session> open) {
        Parser.@Nullable Parsed parsed = null;
        try {
            parsed = Parser.parse(root, arguments);
            return run(parsed, console, open);
        } catch (UsageException e) {
            error(console, e.getMessage());
            String title = parsed == null ? "gantry" : parsed.title();
            console.note("See " + title + " --help");
            return USAGE;
        } catch (CommandException e) {
            error(console, e.getMessage());
            return e.exitCode();
        } catch (StatusRuntimeException e) {
            error(console, Failures.text(e));
            return FAILURE;
        } catch (IOException e) {
            error(console, Reasons.of(e));
            return FAILURE;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return INTERRUPTED;
        }
    }

    private static int run(
            Parser.Parsed parsed, Console console, Function<Session.Choice, Session> open)
            throws IOException, InterruptedException {
        Arguments given = parsed.arguments();
        var action = parsed.command().action();
        if (given.has("help") || action == null) {
            boolean asked = given.has("help") || parsed.path().size() == 1;
            console.out().print(Help.of(parsed));
            return asked ? 0 : USAGE;
        }
        var choice =
                new Session.Choice(
                        given.value("config", ""),
                        given.value("context", ""),
                        given.value("namespace", ""));
        try (Session session = open.apply(choice)) {
            return action.run(given, session);
        }
    }

    private static void error(Console console, @Nullable String message) {
        String red = console.color() ? "\u001b[31merror:\u001b[0m " : "error: ";
        String[] lines = String.valueOf(message).split("\n", -1);
        for (String line : lines) {
            console.note(line.startsWith(" ") || line.startsWith("See ") ? line : red + line);
        }
    }
}

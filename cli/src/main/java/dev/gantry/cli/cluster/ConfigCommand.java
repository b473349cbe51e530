package dev.gantry.cli.cluster;

import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.output.TableLayout;
import dev.gantry.cli.session.ConfigFile;
import dev.gantry.cli.session.Context;
import dev.gantry.cli.session.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// `config`.
public final class ConfigCommand {
    private ConfigCommand() {}

    public static Command command() {
        return Command.named("config", "Show and choose contexts")
                .groups(
                        Command.named("view", "Show the configuration, without secrets")
                                .examples("gantry config view")
                                .does(ConfigCommand::view),
                        Command.named("get-contexts", "Show all contexts")
                                .examples("gantry config get-contexts")
                                .does(ConfigCommand::contexts),
                        Command.named("use-context", "Choose the context in use")
                                .usage("NAME")
                                .examples("gantry config use-context production")
                                .does(ConfigCommand::use),
                        Command.named("current-context", "Show the context in use")
                                .examples("gantry config current-context")
                                .does(ConfigCommand::current));
    }

    private static int view(Arguments arguments, Session session) {
        arguments.atMost(0);
        ConfigFile config = session.config();
        session.console().line("# " + config.path());
        session.console().line("currentContext: " + config.currentContext());
        session.console().line("contexts:");
        for (Context context : config.contexts()) {
            session.console().line("- name: " + context.name());
            session.console().line("  server: " + context.server());
            session.console().line("  namespace: " + context.namespace());
            line(session, "caCertificate", context.caCertificate());
            line(session, "clientCertificate", context.clientCertificate());
            line(session, "clientKey", context.clientKey());
        }
        return 0;
    }

    private static void line(Session session, String name, String value) {
        String shown = value.contains("-----BEGIN") ? "(inline)" : value;
        session.console().line("  " + name + ": " + shown);
    }

    private static int contexts(Arguments arguments, Session session) {
        arguments.atMost(0);
        ConfigFile config = session.config();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("CURRENT", "NAME", "SERVER", "NAMESPACE"));
        for (Context context : config.contexts()) {
            boolean current = context.name().equals(config.currentContext());
            rows.add(
                    List.of(
                            current ? "*" : "",
                            context.name(),
                            context.server(),
                            context.namespace()));
        }
        new TableLayout(0).lines(rows).forEach(session.console()::line);
        return 0;
    }

    private static int use(Arguments arguments, Session session) throws IOException {
        arguments.atMost(1);
        String name = arguments.word(0, "NAME");
        session.config().use(name);
        session.console().line("context " + name + " is in use");
        return 0;
    }

    private static int current(Arguments arguments, Session session) {
        arguments.atMost(0);
        session.console().line(session.context().name());
        return 0;
    }
}

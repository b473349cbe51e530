package dev.gantry.cli.cluster;

import dev.gantry.api.v1.VersionRequest;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Failures;
import dev.gantry.cli.session.Reasons;
import dev.gantry.cli.session.Session;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// `version`.
public final class VersionCommand {
    private VersionCommand() {}

    public static Command command() {
        return Command.named("version", "Show the versions of client and control plane")
                .options(Option.flag("client", "only the client's"))
                .examples("gantry version", "gantry version --client")
                .does(VersionCommand::run);
    }

    private static int run(Arguments arguments, Session session) {
        arguments.atMost(0);
        session.console().line("client: " + client());
        if (arguments.has("client")) {
            return 0;
        }
        try {
            var server = session.client().cluster().version(VersionRequest.getDefaultInstance());
            session.console()
                    .line(
                            "server: "
                                    + server.getVersion()
                                    + (server.getCommit().isEmpty()
                                            ? ""
                                            : " (" + server.getCommit() + ")")
                                    + (server.getJava().isEmpty()
                                            ? ""
                                            : ", Java " + server.getJava()));
            return 0;
        } catch (StatusRuntimeException e) {
            throw new CommandException(Failures.text(e));
        }
    }

    /// The distribution's version, `development` outside of one.
    public static String client() {
        String home = System.getProperty("gantry.home", "");
        if (home.isEmpty()) {
            return "development";
        }
        try {
            return Files.readString(Path.of(home, "VERSION")).strip();
        } catch (IOException e) {
            return "unknown (" + Reasons.of(e) + ")";
        }
    }
}

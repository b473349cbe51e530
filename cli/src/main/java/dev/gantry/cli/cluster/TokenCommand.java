package dev.gantry.cli.cluster;

import dev.gantry.api.v1.CreateTokenRequest;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.session.Session;

/// `token create`.
public final class TokenCommand {
    private TokenCommand() {}

    public static Command command() {
        return Command.named("token", "Let nodes join")
                .groups(
                        Command.named("create", "Make a token with which a node joins")
                                .options(
                                        Option.of(
                                                "ttl",
                                                "DURATION",
                                                "how long it holds (default 24h)"))
                                .examples(
                                        "gantry token create",
                                        "gantry agent --server=HOST:7420 --join=$(gantry token"
                                                + " create)")
                                .does(TokenCommand::create));
    }

    private static int create(Arguments arguments, Session session) {
        arguments.atMost(0);
        long seconds = arguments.duration("ttl").map(d -> Math.max(1, d.toSeconds())).orElse(0L);
        var answer =
                session.client()
                        .cluster()
                        .createToken(
                                CreateTokenRequest.newBuilder().setTtlSeconds(seconds).build());
        session.console().line(answer.getToken());
        return 0;
    }
}

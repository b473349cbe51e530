package dev.gantry.cli.resource;

import com.google.protobuf.Message;
import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.output.Titles;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Session;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// `scale`.
public final class ScaleCommand {
    private ScaleCommand() {}

    public static Command command() {
        return Command.named("scale", "Change how many pods a deployment has")
                .usage("KIND/NAME --replicas N")
                .options(
                        Option.of("replicas", "N", "how many from now on"),
                        Option.of("current-replicas", "N", "only if it has so many now"),
                        Option.flag("wait", "until they are ready"),
                        Option.of("timeout", "DURATION", "how long to wait (default 5m)"))
                .examples(
                        "gantry scale deployment web --replicas 5",
                        "gantry scale deployment/web --replicas 0")
                .does(ScaleCommand::run);
    }

    private static int run(Arguments arguments, Session session) throws InterruptedException {
        long replicas =
                arguments
                        .number("replicas")
                        .orElseThrow(() -> new UsageException("--replicas N is missing"));
        if (replicas > Integer.MAX_VALUE) {
            throw new UsageException("--replicas is too large");
        }
        ObjectKey key = Targets.pair(arguments.words(), session);
        Optional<Long> current = arguments.number("current-replicas");
        Edits.edit(session, key, object -> scaled(object, (int) replicas, current));
        session.console().line(Titles.of(key) + " scaled");
        session.console().out().flush();
        if (arguments.has("wait")) {
            var timeout = arguments.duration("timeout").orElse(Duration.ofMinutes(5));
            return new ReadyWait(session, timeout).await(List.of(key));
        }
        return 0;
    }

    private static Message scaled(Message object, int replicas, Optional<Long> current) {
        return switch (object) {
            case Deployment d -> {
                check(d.getSpec().getReplicas(), current);
                yield d.toBuilder().setSpec(d.getSpec().toBuilder().setReplicas(replicas)).build();
            }
            case ReplicaSet r -> {
                check(r.getSpec().getReplicas(), current);
                yield r.toBuilder().setSpec(r.getSpec().toBuilder().setReplicas(replicas)).build();
            }
            default ->
                    throw new UsageException(
                            "only deployments and replicasets can be scaled, not "
                                    + Titles.of(ObjectKey.of(object)));
        };
    }

    private static void check(int has, Optional<Long> wanted) {
        if (wanted.isPresent() && wanted.get() != has) {
            throw new CommandException("it has " + has + " replicas, not " + wanted.get());
        }
    }
}

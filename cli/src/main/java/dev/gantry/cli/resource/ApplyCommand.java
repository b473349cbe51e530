package dev.gantry.cli.resource;

import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.ApplyRequest;
import dev.gantry.api.v1.WriteResponse;
import dev.gantry.api.v1.WriteResult;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.output.Titles;
import dev.gantry.cli.session.Client;
import dev.gantry.cli.session.Session;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// `apply` and `create`.
public final class ApplyCommand {
    private static final Duration WAIT_DEFAULT = Duration.ofMinutes(5);
    private static final List<Option> OPTIONS =
            List.of(
                    Option.of("filename", 'f', "FILE", "a file or folder, or - for input"),
                    Option.flag("recursive", 'R', "also the folders in a folder"),
                    DryRun.OPTION,
                    Option.of("validate", "strict|warn|ignore", "what to do about unknown fields"),
                    Option.flag("wait", "wait until everything is ready"),
                    Option.of("timeout", "DURATION", "how long to wait (default 5m)"),
                    Option.of("output", 'o', "FORMAT", "json, yaml, name or jsonpath="));

    private ApplyCommand() {}

    public static Command apply() {
        return Command.named("apply", "Create or change objects as manifests say")
                .usage("-f FILE [--wait]")
                .options(OPTIONS)
                .options(
                        Option.flag("force-conflicts", "take fields over from other managers"),
                        Option.flag("server-side", "accepted: apply always is"))
                .examples(
                        "gantry apply -f web.yaml",
                        "gantry apply -f manifests/ --wait --timeout 2m",
                        "cat web.yaml | gantry apply -f - --dry-run=server")
                .does((arguments, session) -> run(arguments, session, false));
    }

    public static Command create() {
        return Command.named("create", "Create objects from manifests")
                .usage("-f FILE")
                .options(OPTIONS)
                .examples("gantry create -f pod.yaml", "gantry create -f job.yaml -o name")
                .does((arguments, session) -> run(arguments, session, true));
    }

    private static int run(Arguments arguments, Session session, boolean create)
            throws IOException, InterruptedException {
        arguments.atMost(0);
        DryRun dryRun = DryRun.of(arguments);
        OutputFormat format = OutputFormat.of(arguments.value("output", ""));
        Manifests manifests = Manifests.read(arguments, session);
        if (dryRun == DryRun.CLIENT) {
            String done = create ? " created" : " configured";
            for (ObjectKey key : manifests.keys()) {
                session.console().line(Titles.of(key) + done + dryRun.suffix());
            }
            return 0;
        }
        WriteResponse response;
        try {
            response =
                    create
                            ? session.client().create(manifests.objects(), dryRun == DryRun.SERVER)
                            : apply(arguments, session, manifests, dryRun);
        } catch (StatusRuntimeException e) {
            throw manifests.refused(e);
        }
        report(session, response, format, dryRun);
        if (arguments.has("wait") && dryRun == DryRun.NONE) {
            Duration timeout = arguments.duration("timeout").orElse(WAIT_DEFAULT);
            List<ObjectKey> keys =
                    response.getResultsList().stream()
                            .map(r -> ObjectKey.of(Client.object(r.getObject())))
                            .toList();
            return new ReadyWait(session, timeout).await(keys);
        }
        return 0;
    }

    private static WriteResponse apply(
            Arguments arguments, Session session, Manifests manifests, DryRun dryRun) {
        return session.client()
                .resources()
                .apply(
                        ApplyRequest.newBuilder()
                                .addAllObjects(
                                        manifests.objects().stream().map(Client::wrap).toList())
                                .setDryRun(dryRun == DryRun.SERVER)
                                .setForce(arguments.has("force-conflicts"))
                                .setFieldManager("gantry")
                                .build());
    }

    private static void report(
            Session session, WriteResponse response, OutputFormat format, DryRun dryRun) {
        for (WriteResult result : response.getResultsList()) {
            result.getWarningsList().forEach(w -> session.console().note("warning: " + w));
            if (format.isText()) {
                var key = ObjectKey.of(Client.object(result.getObject()));
                session.console()
                        .line(Titles.of(key) + " " + word(result.getAction()) + dryRun.suffix());
            }
        }
        if (!format.isText()) {
            session.console()
                    .out()
                    .print(
                            format.write(
                                    response.getResultsList().stream()
                                            .map(r -> Client.object(r.getObject()))
                                            .toList(),
                                    response.getResultsCount() == 1));
        }
        session.console().out().flush();
    }

    private static String word(WriteResult.Action action) {
        return switch (action) {
            case CREATED -> "created";
            case UNCHANGED -> "unchanged";
            default -> "configured";
        };
    }
}

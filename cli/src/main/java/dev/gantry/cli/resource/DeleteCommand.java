package dev.gantry.cli.resource;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.DeleteRequest;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.output.Titles;
import dev.gantry.cli.session.Client;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Failures;
import dev.gantry.cli.session.Session;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `delete`.
public final class DeleteCommand {
    private static final Duration WAIT_DEFAULT = Duration.ofMinutes(2);

    private final Arguments arguments;
    private final Session session;

    private record Deleted(ObjectKey key, String uid) {}

    private DeleteCommand(Arguments arguments, Session session) {
        this.arguments = arguments;
        this.session = session;
    }

    public static Command command() {
        return Command.named("delete,rm", "Delete objects")
                .usage("KIND NAME... | KIND/NAME... | KIND -l LABELS | -f FILE")
                .options(
                        Option.of("filename", 'f', "FILE", "what a file or folder describes"),
                        Option.flag("recursive", 'R', "also the folders in a folder"),
                        Option.of("selector", 'l', "LABELS", "those with labels"),
                        Option.flag("all", "all of the kind in the namespace"),
                        Option.flag("all-namespaces", 'A', "with -l or --all: of all namespaces"),
                        Option.of("grace-period", "SECONDS", "between stop signal and kill"),
                        Option.flag("now", "a grace period of 1 s"),
                        Option.flag("force", "with --grace-period=0: at once"),
                        Option.choice(
                                "cascade",
                                "background|foreground|orphan",
                                "what happens to dependents"),
                        Option.choice("wait", "BOOL", "until it is gone (default true)"),
                        Option.of("timeout", "DURATION", "how long to wait (default 2m)"),
                        Option.flag("ignore-not-found", "no error for what does not exist"),
                        DryRun.OPTION)
                .examples(
                        "gantry delete pod web",
                        "gantry delete -f web.yaml",
                        "gantry delete pods -l app=web --now",
                        "gantry delete pod web --force --grace-period=0")
                .does((arguments, session) -> new DeleteCommand(arguments, session).run());
    }

    private int run() throws IOException, InterruptedException {
        DryRun dryRun = DryRun.of(arguments);
        List<Deleted> deleted = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        List<ObjectKey> keys = keys();
        for (ObjectKey key : keys) {
            try {
                String uid = dryRun == DryRun.CLIENT ? "" : delete(key, dryRun);
                session.console().line(Titles.of(key) + " deleted" + dryRun.suffix());
                session.console().out().flush();
                deleted.add(new Deleted(key, uid));
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
                    throw e;
                }
                if (!arguments.has("ignore-not-found")) {
                    failures.add(Failures.text(e));
                }
            }
        }
        if (keys.isEmpty()) {
            session.console().note("No objects found");
        }
        if (dryRun == DryRun.NONE && arguments.has("wait", true)) {
            await(deleted);
        }
        failures.forEach(failure -> session.console().note("error: " + failure));
        return failures.isEmpty() ? 0 : 1;
    }

    private List<ObjectKey> keys() throws IOException {
        if (arguments.has("filename")) {
            arguments.atMost(0);
            return Manifests.read(arguments, session).keys().reversed();
        }
        Targets targets = Targets.of(arguments.words(), session);
        if (!targets.keys().isEmpty()) {
            return targets.keys();
        }
        if (!arguments.has("selector") && !arguments.has("all")) {
            throw new UsageException("say which: names, -l LABELS or --all");
        }
        List<ObjectKey> keys = new ArrayList<>();
        for (Kind kind : targets.kinds()) {
            boolean one = kind.namespaced() && !arguments.has("all-namespaces");
            var query =
                    new Client.Query(
                            kind,
                            one ? session.namespace() : "",
                            arguments.value("selector", ""),
                            "");
            session.client().list(query).objects().forEach(o -> keys.add(ObjectKey.of(o)));
        }
        return keys;
    }

    private String delete(ObjectKey key, DryRun dryRun) {
        DeleteRequest.Builder request =
                DeleteRequest.newBuilder()
                        .setRef(Client.ref(key))
                        .setPropagation(propagation())
                        .setDryRun(dryRun == DryRun.SERVER);
        if (key.kind().equals(Kinds.POD)) {
            grace().ifPresent(request::setGracePeriodSeconds);
        }
        Message object = Client.object(session.client().resources().delete(request.build()));
        return Meta.of(object).getUid();
    }

    private DeleteRequest.Propagation propagation() {
        return switch (arguments.value("cascade", "background")) {
            case "background", "true" -> DeleteRequest.Propagation.BACKGROUND;
            case "foreground" -> DeleteRequest.Propagation.FOREGROUND;
            case "orphan", "false" -> DeleteRequest.Propagation.ORPHAN;
            default ->
                    throw new UsageException("--cascade must be background, foreground or orphan");
        };
    }

    private Optional<Long> grace() {
        Optional<Long> given = arguments.number("grace-period");
        if (arguments.has("now")) {
            return Optional.of(1L);
        }
        if (given.isPresent() && given.get() == 0 && !arguments.has("force")) {
            throw new UsageException(
                    "--grace-period=0 kills without warning: add --force, or use --now");
        }
        return given.isEmpty() && arguments.has("force") ? Optional.of(0L) : given;
    }

    private void await(List<Deleted> deleted) throws InterruptedException {
        Duration timeout = arguments.duration("timeout").orElse(WAIT_DEFAULT);
        Deadline deadline = new Deadline(timeout);
        List<Deleted> left = new ArrayList<>(deleted);
        while (true) {
            left.removeIf(this::isGone);
            if (left.isEmpty()) {
                return;
            }
            if (!deadline.pause()) {
                throw new CommandException(
                        "still being deleted after "
                                + timeout.toSeconds()
                                + " s: "
                                + String.join(
                                        ", ", left.stream().map(d -> Titles.of(d.key())).toList()));
            }
        }
    }

    private boolean isGone(Deleted deleted) {
        return session.client()
                .find(deleted.key())
                .map(object -> !Meta.of(object).getUid().equals(deleted.uid()))
                .orElse(true);
    }
}

package dev.gantry.cli.resource;

import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.DeploymentSpec;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.core.v1.PodTemplateSpec;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.output.TableLayout;
import dev.gantry.cli.output.Titles;
import dev.gantry.cli.session.Client;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Session;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// `rollout`.
public final class RolloutCommand {
    private static final String REVISION = "deployment.kubernetes.io/revision";
    private static final String CAUSE = "kubernetes.io/change-cause";
    private static final String RESTARTED = "kubectl.kubernetes.io/restartedAt";
    private static final String HASH = "pod-template-hash";
    private static final Duration WAIT_DEFAULT = Duration.ofMinutes(10);

    private RolloutCommand() {}

    public static Command command() {
        return Command.named("rollout", "Follow and steer the rollout of a deployment")
                .groups(
                        one("status", "Wait until a rollout is complete")
                                .options(
                                        Option.of("timeout", "DURATION", "how long (default 10m)"),
                                        Option.choice("watch", "BOOL", "wait (default true)"))
                                .does(RolloutCommand::status),
                        one("history", "Show the revisions")
                                .options(Option.of("revision", "N", "the template of one"))
                                .does(RolloutCommand::history),
                        one("undo", "Go back to an earlier revision")
                                .options(Option.of("to-revision", "N", "which (default the last)"))
                                .does(RolloutCommand::undo),
                        one("restart", "Replace all pods by new ones")
                                .does(RolloutCommand::restart),
                        one("pause", "Hold changes back").does(RolloutCommand::pause),
                        one("resume", "Let held changes go on").does(RolloutCommand::resume));
    }

    private static Command.Builder one(String name, String summary) {
        return Command.named(name, summary)
                .usage("deployment/NAME")
                .examples("gantry rollout " + name + " deployment/web");
    }

    private static ObjectKey key(Arguments arguments, Session session) {
        ObjectKey key = Targets.pair(arguments.words(), session);
        if (!key.kind().equals(Kinds.DEPLOYMENT)) {
            throw new UsageException("only deployments have rollouts, not " + Titles.of(key));
        }
        return key;
    }

    private static int status(Arguments arguments, Session session) throws InterruptedException {
        ObjectKey key = key(arguments, session);
        if (!arguments.has("watch", true)) {
            Readiness now = Readiness.of(session.client().get(key), session.client());
            session.console().line(now.title() + ": " + now.text());
            return now.done() ? 0 : 1;
        }
        Duration timeout = arguments.duration("timeout").orElse(WAIT_DEFAULT);
        session.client().get(key);
        int code = new ReadyWait(session, timeout).await(List.of(key));
        session.console().line(Titles.of(key) + " successfully rolled out");
        return code;
    }

    private static Deployment deployment(Arguments arguments, Session session) {
        return (Deployment) session.client().get(key(arguments, session));
    }

    // Its replica sets by revision.
    private static NavigableMap<Long, ReplicaSet> revisions(
            Deployment deployment, Session session) {
        TreeMap<Long, ReplicaSet> revisions = new TreeMap<>();
        String namespace = deployment.getMetadata().getNamespace();
        var query = Client.Query.all(Kinds.REPLICA_SET, namespace);
        for (var object : session.client().list(query).objects()) {
            ReplicaSet set = (ReplicaSet) object;
            boolean owned =
                    Meta.controllerOf(set)
                            .filter(o -> o.getUid().equals(deployment.getMetadata().getUid()))
                            .isPresent();
            String revision = set.getMetadata().getAnnotationsOrDefault(REVISION, "");
            if (owned && revision.matches("[0-9]{1,18}")) {
                revisions.put(Long.parseLong(revision), set);
            }
        }
        return revisions;
    }

    private static int history(Arguments arguments, Session session) {
        Deployment deployment = deployment(arguments, session);
        var revisions = revisions(deployment, session);
        var wanted = arguments.number("revision");
        if (wanted.isPresent()) {
            ReplicaSet set = revision(revisions, wanted.get());
            session.console().line("revision " + wanted.get());
            PodDescription.template(
                    new Description(session.console()), set.getSpec().getTemplate());
            return 0;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("REVISION", "IMAGES", "CHANGE-CAUSE"));
        for (Map.Entry<Long, ReplicaSet> entry : revisions.entrySet()) {
            String images =
                    entry.getValue().getSpec().getTemplate().getSpec().getContainersList().stream()
                            .map(c -> c.getImage())
                            .collect(Collectors.joining(","));
            String cause = entry.getValue().getMetadata().getAnnotationsOrDefault(CAUSE, "<none>");
            rows.add(List.of(entry.getKey().toString(), images, cause));
        }
        new TableLayout(0).lines(rows).forEach(session.console()::line);
        return 0;
    }

    private static ReplicaSet revision(NavigableMap<Long, ReplicaSet> revisions, long number) {
        ReplicaSet set = revisions.get(number);
        if (set == null) {
            throw new CommandException(
                    "there is no revision " + number + ". There are: " + revisions.keySet());
        }
        return set;
    }

    private static int undo(Arguments arguments, Session session) {
        Deployment deployment = deployment(arguments, session);
        var revisions = revisions(deployment, session);
        long wanted = arguments.number("to-revision").orElse(0L);
        if (wanted == 0) {
            if (revisions.size() < 2) {
                throw new CommandException("there is no earlier revision to go back to");
            }
            wanted = revisions.lowerKey(revisions.lastKey());
        }
        PodTemplateSpec template = revision(revisions, wanted).getSpec().getTemplate();
        var old =
                template.toBuilder()
                        .setMetadata(template.getMetadata().toBuilder().removeLabels(HASH))
                        .build();
        if (deployment.getSpec().getTemplate().equals(old)) {
            session.console()
                    .line(
                            Titles.of(ObjectKey.of(deployment))
                                    + " unchanged: it is at revision "
                                    + wanted);
            return 0;
        }
        return edit(
                arguments,
                session,
                "rolled back to revision " + wanted,
                spec -> spec.setTemplate(old));
    }

    private static int restart(Arguments arguments, Session session) {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return edit(
                arguments,
                session,
                "restarted",
                spec -> {
                    var template = spec.getTemplate().toBuilder();
                    template.getMetadataBuilder().putAnnotations(RESTARTED, now);
                    return spec.setTemplate(template);
                });
    }

    private static int pause(Arguments arguments, Session session) {
        return edit(arguments, session, "paused", spec -> spec.setPaused(true));
    }

    private static int resume(Arguments arguments, Session session) {
        return edit(arguments, session, "resumed", DeploymentSpec.Builder::clearPaused);
    }

    private static int edit(
            Arguments arguments,
            Session session,
            String done,
            UnaryOperator<DeploymentSpec.Builder> change) {
        ObjectKey key = key(arguments, session);
        Edits.edit(
                session,
                key,
                object -> {
                    Deployment d = (Deployment) object;
                    return d.toBuilder().setSpec(change.apply(d.getSpec().toBuilder())).build();
                });
        session.console().line(Titles.of(key) + " " + done);
        return 0;
    }
}

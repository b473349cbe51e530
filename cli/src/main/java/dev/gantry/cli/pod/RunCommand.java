package dev.gantry.cli.pod;

import dev.gantry.api.codec.ObjectYaml;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.ContainerPort;
import dev.gantry.api.core.v1.ContainerStateTerminated;
import dev.gantry.api.core.v1.EnvVar;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodSpec;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.v1.DeleteRequest;
import dev.gantry.api.v1.ExecStart;
import dev.gantry.api.v1.LogsRequest;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.output.Progress;
import dev.gantry.cli.resource.Deadline;
import dev.gantry.cli.resource.DryRun;
import dev.gantry.cli.resource.PodReasons;
import dev.gantry.cli.session.Client;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Session;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;

/// `run`: a pod from a few options.
public final class RunCommand {
    private static final Duration START_DEFAULT = Duration.ofMinutes(5);

    private final Arguments arguments;
    private final Session session;

    private RunCommand(Arguments arguments, Session session) {
        this.arguments = arguments;
        this.session = session;
    }

    public static Command command() {
        return Command.named("run", "Run a container as a pod")
                .usage("NAME --image IMAGE [-- ARG...]")
                .options(
                        Option.of("image", "IMAGE", "the image"),
                        Option.of("env", 'e', "NAME=VALUE", "an environment variable"),
                        Option.of("port", 'p', "PORT", "a port that it listens on"),
                        Option.of("labels", 'l', "KEY=VALUE,...", "labels (default run=NAME)"),
                        Option.flag("command", "what follows -- replaces the entry point"),
                        Option.of("restart", "Always|OnFailure|Never", "when to run it again"),
                        Option.of("image-pull-policy", "POLICY", "Always, IfNotPresent, Never"),
                        Option.flag("rm", "delete the pod when it ends"),
                        Option.flag("attach", "show its output until it ends"),
                        Option.flag("stdin", 'i', "pass standard input on"),
                        Option.flag("tty", 't', "with a terminal"),
                        Option.of("timeout", "DURATION", "how long it may take to start"),
                        DryRun.OPTION,
                        Option.of("output", 'o', "yaml", "with --dry-run: the manifest"))
                .examples(
                        "gantry run web --image nginx:1.27 --port 80",
                        "gantry run -it --rm shell --image debian:12 -- bash",
                        "gantry run web --image nginx:1.27 --dry-run=client -o yaml")
                .does((arguments, session) -> new RunCommand(arguments, session).run());
    }

    private boolean interactive() {
        return arguments.has("stdin")
                || arguments.has("tty")
                || arguments.has("attach")
                || arguments.has("rm");
    }

    private int run() throws InterruptedException {
        arguments.atMost(1);
        Pod pod = pod();
        String output = arguments.value("output", "yaml");
        if (!output.equals("yaml")) {
            throw new UsageException("--output must be yaml, not '" + output + "'");
        }
        DryRun dryRun = DryRun.of(arguments);
        String name = pod.getMetadata().getName();
        if (dryRun != DryRun.CLIENT) {
            session.client().create(List.of(pod), dryRun == DryRun.SERVER);
        }
        if (dryRun != DryRun.NONE || !interactive()) {
            boolean yaml = arguments.has("output");
            session.console()
                    .out()
                    .print(
                            yaml
                                    ? ObjectYaml.write(pod)
                                    : "pod/" + name + " created" + dryRun.suffix() + "\n");
            return 0;
        }
        ObjectKey key = ObjectKey.of(pod);
        try {
            return follow(key);
        } finally {
            if (arguments.has("rm")) {
                delete(key);
            }
        }
    }

    private Pod pod() {
        String name = arguments.word(0, "NAME");
        Container.Builder container =
                Container.newBuilder()
                        .setName(name)
                        .setImage(
                                arguments
                                        .value("image")
                                        .orElseThrow(
                                                () -> new UsageException("--image is missing")))
                        .setImagePullPolicy(arguments.value("image-pull-policy", ""))
                        .setStdin(arguments.has("stdin"))
                        .setTty(arguments.has("tty"));
        if (arguments.has("stdin")) {
            container.setStdinOnce(true);
        }
        for (String variable : arguments.all("env")) {
            int equals = variable.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--env must be NAME=VALUE, not '" + variable + "'");
            }
            container.addEnv(
                    EnvVar.newBuilder()
                            .setName(variable.substring(0, equals))
                            .setValue(variable.substring(equals + 1)));
        }
        for (String port : arguments.all("port")) {
            container.addPorts(
                    ContainerPort.newBuilder()
                            .setContainerPort((int) Arguments.number("--port", port)));
        }
        if (arguments.has("command")) {
            container.addAllCommand(arguments.rest());
        } else {
            container.addAllArgs(arguments.rest());
        }
        PodSpec.Builder spec = PodSpec.newBuilder().addContainers(container);
        spec.setRestartPolicy(arguments.value("restart", interactive() ? "Never" : "Always"));
        return Pod.newBuilder().setMetadata(meta(name)).setSpec(spec).build();
    }

    private ObjectMeta meta(String name) {
        ObjectMeta.Builder meta =
                ObjectMeta.newBuilder().setName(name).setNamespace(session.namespace());
        if (!arguments.has("labels")) {
            return meta.putLabels("run", name).build();
        }
        for (String label : arguments.value("labels", "").split(",", -1)) {
            int equals = label.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--labels must be KEY=VALUE, not '" + label + "'");
            }
            meta.putLabels(label.substring(0, equals), label.substring(equals + 1));
        }
        return meta.build();
    }

    private int follow(ObjectKey key) throws InterruptedException {
        Pod pod = await(key);
        if (pod.getStatus().getPhase().equals("Running")) {
            try {
                return new Streams(session, attach(key)).attach();
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() == Status.Code.UNAVAILABLE) {
                    throw e;
                }
                // It ended before we were there: its log has all.
            }
        }
        session.client()
                .podsBlocking()
                .logs(
                        LogsRequest.newBuilder()
                                .setNamespace(key.namespace())
                                .setPod(key.name())
                                .setFollow(true)
                                .build())
                .forEachRemaining(
                        r -> session.console().out().writeBytes(r.getData().toByteArray()));
        return exitCode(key);
    }

    private ExecStart attach(ObjectKey key) {
        return ExecStart.newBuilder()
                .setNamespace(key.namespace())
                .setPod(key.name())
                .setStdin(arguments.has("stdin"))
                .setTty(arguments.has("tty") && session.console().inTerminal())
                .build();
    }

    // Until it runs, or ran.
    private Pod await(ObjectKey key) throws InterruptedException {
        Duration timeout = arguments.duration("timeout").orElse(START_DEFAULT);
        Deadline deadline = new Deadline(timeout);
        Progress progress = new Progress(session.console());
        while (true) {
            Pod pod = (Pod) session.client().get(key);
            String phase = pod.getStatus().getPhase();
            if (!phase.isEmpty() && !phase.equals("Pending")) {
                return pod;
            }
            if (session.console().outTerminal()) {
                progress.show(List.of("pod/" + key.name() + ": " + PodReasons.of(pod)));
            }
            if (!deadline.pause()) {
                throw new CommandException(
                        "pod/"
                                + key.name()
                                + " did not start within "
                                + timeout.toSeconds()
                                + " s: "
                                + PodReasons.of(pod));
            }
        }
    }

    private int exitCode(ObjectKey key) throws InterruptedException {
        Deadline deadline = new Deadline(START_DEFAULT);
        do {
            Pod pod = (Pod) session.client().get(key);
            boolean ended = List.of("Succeeded", "Failed").contains(pod.getStatus().getPhase());
            if (ended && pod.getStatus().getContainerStatusesCount() > 0) {
                ContainerStateTerminated state =
                        pod.getStatus().getContainerStatuses(0).getState().getTerminated();
                return state.getExitCode();
            }
        } while (deadline.pause());
        return 1;
    }

    private void delete(ObjectKey key) {
        session.client()
                .resources()
                .delete(
                        DeleteRequest.newBuilder()
                                .setRef(Client.ref(key))
                                .setGracePeriodSeconds(0)
                                .build());
        session.console().note("pod/" + key.name() + " deleted");
    }
}

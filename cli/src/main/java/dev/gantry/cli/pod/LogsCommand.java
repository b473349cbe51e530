package dev.gantry.cli.pod;

import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.v1.LogsRequest;
import dev.gantry.api.v1.LogsResponse;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Session;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// `logs`.
public final class LogsCommand {
    private LogsCommand() {}

    /// One container's log.
    private record Source(Pod pod, String container, String prefix) {}

    public static Command command() {
        return Command.named("logs,log", "Show what containers write")
                .usage("POD | KIND/NAME [-c CONTAINER]")
                .options(
                        Option.flag("follow", 'f', "go on as more is written"),
                        Option.flag("previous", 'p', "of the instance before the last restart"),
                        Option.of("tail", "LINES", "only the last so many lines"),
                        Option.of("since", "DURATION", "only the last so long, such as 10m"),
                        Option.of("since-time", "TIME", "only from a time on (RFC 3339)"),
                        Option.flag("timestamps", "each line with its time"),
                        Option.of("container", 'c', "NAME", "of this container"),
                        Option.flag("all-containers", "of all containers"),
                        Option.of("selector", 'l', "LABELS", "of all pods with labels"),
                        Option.flag("prefix", "each line with its pod and container"),
                        Option.of("limit-bytes", "BYTES", "at most so much"))
                .examples(
                        "gantry logs web",
                        "gantry logs -f deployment/web --tail 20",
                        "gantry logs web -c sidecar --previous",
                        "gantry logs -l app=web --prefix --since 10m")
                .does(LogsCommand::run);
    }

    private static int run(Arguments arguments, Session session)
            throws IOException, InterruptedException {
        LogsRequest request = request(arguments);
        List<Source> sources = sources(arguments, session);
        if (sources.size() == 1) {
            copy(sources.getFirst(), request, session);
            return 0;
        }
        if (!arguments.has("follow")) {
            for (Source source : sources) {
                copy(source, request, session);
            }
            return 0;
        }
        List<Thread> threads = new ArrayList<>();
        List<RuntimeException> failures = new ArrayList<>();
        for (Source source : sources) {
            threads.add(Thread.ofVirtual().start(() -> follow(source, request, session, failures)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        synchronized (failures) {
            if (!failures.isEmpty()) {
                throw failures.getFirst();
            }
        }
        return 0;
    }

    @SuppressWarnings("IllegalCatch")
    private static void follow(
            Source source, LogsRequest request, Session session, List<RuntimeException> failures) {
        try {
            copy(source, request, session);
        } catch (RuntimeException e) {
            synchronized (failures) {
                failures.add(e);
            }
        }
    }

    private static LogsRequest request(Arguments arguments) {
        LogsRequest.Builder request =
                LogsRequest.newBuilder()
                        .setFollow(arguments.has("follow"))
                        .setPrevious(arguments.has("previous"))
                        .setTimestamps(arguments.has("timestamps"))
                        .setLimitBytes(arguments.number("limit-bytes").orElse(0L));
        if (!arguments.value("tail", "-1").equals("-1")) {
            arguments.number("tail").ifPresent(request::setTailLines);
        }
        arguments.duration("since").ifPresent(d -> request.setSinceTimeNanos(ago(d)));
        arguments.value("since-time").ifPresent(t -> request.setSinceTimeNanos(time(t)));
        return request.build();
    }

    private static long ago(Duration duration) {
        return nanos(Instant.now().minus(duration));
    }

    private static long time(String text) {
        try {
            return nanos(Instant.parse(text));
        } catch (DateTimeException _) {
            throw new UsageException(
                    "--since-time must be a time such as 2026-01-31T12:00:00Z, not '" + text + "'");
        }
    }

    private static long nanos(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000 + instant.getNano();
    }

    private static List<Source> sources(Arguments arguments, Session session) {
        List<Pod> pods;
        if (arguments.has("selector")) {
            arguments.atMost(0);
            String labels = arguments.value("selector", "");
            pods = PodPick.pods(session.namespace(), labels, session);
            if (pods.isEmpty()) {
                throw new CommandException("no pods with labels " + labels);
            }
        } else {
            arguments.atMost(2);
            String word = arguments.word(0, "POD");
            boolean kind =
                    arguments.words().size() == 2
                            && dev.gantry.api.kind.Kinds.byWord(word).isPresent();
            pods =
                    List.of(
                            PodPick.of(
                                    kind ? word + "/" + arguments.words().get(1) : word, session));
        }
        String container = arguments.value("container", second(arguments));
        List<Source> sources = new ArrayList<>();
        for (Pod pod : pods) {
            for (String name : containers(pod, container, arguments.has("all-containers"))) {
                String prefix = "[pod/" + pod.getMetadata().getName() + "/" + name + "] ";
                sources.add(new Source(pod, name, arguments.has("prefix") ? prefix : ""));
            }
        }
        return sources;
    }

    // Docker's and kubectl's older form: logs POD CONTAINER.
    private static String second(Arguments arguments) {
        boolean given =
                arguments.words().size() == 2
                        && dev.gantry.api.kind.Kinds.byWord(arguments.words().getFirst()).isEmpty();
        return given ? arguments.words().get(1) : "";
    }

    private static List<String> containers(Pod pod, String container, boolean all) {
        List<String> names = new ArrayList<>();
        pod.getSpec().getInitContainersList().stream().map(Container::getName).forEach(names::add);
        pod.getSpec().getContainersList().stream().map(Container::getName).forEach(names::add);
        if (all) {
            return names;
        }
        if (!container.isEmpty() && !names.contains(container)) {
            throw new CommandException(
                    "pod "
                            + pod.getMetadata().getName()
                            + " has no container "
                            + container
                            + ". It has: "
                            + String.join(", ", names));
        }
        return List.of(container);
    }

    private static void copy(Source source, LogsRequest template, Session session) {
        LogsRequest request =
                template.toBuilder()
                        .setNamespace(source.pod().getMetadata().getNamespace())
                        .setPod(source.pod().getMetadata().getName())
                        .setContainer(source.container())
                        .build();
        LineWriter out = new LineWriter(session.console().out(), source.prefix());
        Iterator<LogsResponse> responses = session.client().podsBlocking().logs(request);
        while (responses.hasNext()) {
            out.write(responses.next().getData());
        }
        out.end();
    }
}

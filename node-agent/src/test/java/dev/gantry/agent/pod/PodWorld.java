package dev.gantry.agent.pod;

import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.ContainerStatus;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodSpec;
import dev.gantry.api.core.v1.PodStatus;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.meta.v1.Time;
import dev.gantry.api.v1.PodStatusReport;
import dev.gantry.loop.SimClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/// A node in memory, driven by hand: a clock, parts, an agent whose steps are taken when the test
/// says so.
final class PodWorld {
    final SimClock clock = new SimClock();
    final FakeParts parts = new FakeParts(clock);
    final List<Event> events = new ArrayList<>();
    final List<PodStatusReport> told = new ArrayList<>();
    final TreeMap<String, PodStatusReport> reports = new TreeMap<>();
    private final ArrayDeque<Runnable> effects = new ArrayDeque<>();
    private final Path directory;
    PodAgent agent;

    PodWorld(Path directory) {
        this.directory = directory;
        this.agent = start();
    }

    private PodAgent start() {
        var fresh =
                new PodAgent(
                        new PodRecords(directory),
                        parts,
                        new PodReports() {
                            @Override
                            public void status(PodStatusReport report) {
                                told.add(report);
                                reports.put(report.getUid(), report);
                            }

                            @Override
                            public void event(Event event) {
                                events.add(event);
                            }
                        },
                        new PodAgent.Node("n1", "192.0.2.1"),
                        clock,
                        effects::add);
        parts.onExit(end ->
                fresh.pods().values().stream()
                        .filter(s -> s.memberByRun(end.id()).isPresent())
                        .findFirst()
                        .ifPresent(s -> fresh.post(s.uid(), new PodEvent.Exited(end))));
        return fresh;
    }

    /// The agent dies; effects under way die with it.
    void crash() {
        effects.clear();
        agent = start();
    }

    void recover(List<dev.gantry.agent.container.AdoptedContainer> adopted, Set<String> lodged) {
        agent.recover(
                adopted,
                lodged,
                (state, member, exit) ->
                        new Termination(
                                exit.id(),
                                exit.exitCode(),
                                exit.signal(),
                                exit.exitCode() == 0 ? "Completed" : "Error",
                                exit.message(),
                                exit.startedAt(),
                                exit.finishedAt()));
        settle();
    }

    /// Steps and effects until nothing is left to do at this time.
    void settle() {
        for (int i = 0; i < 10_000; i++) {
            var effect = effects.poll();
            if (effect != null) {
                effect.run();
            } else if (!agent.step()) {
                return;
            }
        }
        throw new AssertionError("the agent does not come to rest");
    }

    void advance(Duration time) {
        var end = clock.instant().plus(time);
        settle();
        while (true) {
            var next = agent.nextDue().filter(t -> !t.isAfter(end));
            if (next.isEmpty()) {
                break;
            }
            var wait = Duration.between(clock.instant(), next.get());
            clock.advance(wait.isNegative() ? Duration.ZERO : wait);
            settle();
        }
        clock.advance(Duration.between(clock.instant(), end));
        settle();
    }

    /// Time passes while effects take longer than that.
    void advanceBusy(Duration time) {
        while (agent.step()) {}
        clock.advance(time);
        while (agent.step()) {}
    }

    void apply(Pod pod) {
        agent.upsert(pod);
        settle();
    }

    PodStatus status(String uid) {
        return reports.get(uid).getStatus();
    }

    ContainerStatus container(String uid) {
        return status(uid).getContainerStatuses(0);
    }

    List<String> eventReasons() {
        return events.stream().map(Event::getReason).toList();
    }

    String condition(String uid, String type) {
        return status(uid).getConditionsList().stream()
                .filter(c -> c.getType().equals(type))
                .findFirst()
                .orElseThrow()
                .getStatus();
    }

    static Container.Builder container(String name, String image) {
        return Container.newBuilder().setName(name).setImage(image);
    }

    static Pod pod(String uid, String policy, Container.Builder... containers) {
        var spec =
                PodSpec.newBuilder().setRestartPolicy(policy).setTerminationGracePeriodSeconds(30);
        for (var container : containers) {
            spec.addContainers(container);
        }
        return Pod.newBuilder()
                .setMetadata(
                        ObjectMeta.newBuilder().setNamespace("default").setName("web").setUid(uid))
                .setSpec(spec)
                .build();
    }

    Pod deleted(Pod pod, long grace) {
        var at = clock.instant().plusSeconds(grace);
        var result = pod.toBuilder();
        result.getMetadataBuilder()
                .setDeletionTimestamp(Time.newBuilder().setSeconds(at.getEpochSecond()))
                .setDeletionGracePeriodSeconds(grace);
        return result.build();
    }
}

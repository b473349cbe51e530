package dev.gantry.e2e.simulation;

import dev.gantry.agent.container.AdoptedContainer;
import dev.gantry.agent.container.ContainerExit;
import dev.gantry.agent.container.Started;
import dev.gantry.agent.pod.History;
import dev.gantry.agent.pod.Lodging;
import dev.gantry.agent.pod.Member;
import dev.gantry.agent.pod.PartException;
import dev.gantry.agent.pod.PodParts;
import dev.gantry.agent.pod.PodState;
import dev.gantry.agent.probe.ProbeResult;
import dev.gantry.agent.probe.ProbeTrack;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/// What lives on a node whatever becomes of its agent: sandboxes, running containers, and the
/// records of those that ended.
final class SimParts implements PodParts {
    private static final Duration EFFECT_MAX = Duration.ofMillis(400);
    private static final int FAILS_ONE_IN = 12;

    /// A container that runs.
    record Run(String id, String uid, String container, Instant startedAt) {}

    /// Looks at every start of a container, on whichever node.
    interface Census {
        void starts(String node, Run run);

        void ended(String node, Run run);
    }

    private final String node;
    private final int number;
    private final dev.gantry.loop.SimClock clock;
    private final SimPause pause;
    private final Census census;
    private final SortedMap<String, Run> running = new TreeMap<>();
    private final SortedMap<String, ContainerExit> ended = new TreeMap<>();
    private final SortedMap<String, Lodging> lodgings = new TreeMap<>();
    private Consumer<ContainerExit> listener = _ -> {};
    private boolean faulty;
    private int addresses;

    SimParts(
            String node,
            int number,
            dev.gantry.loop.SimClock clock,
            SimPause pause,
            Census census) {
        this.node = node;
        this.number = number;
        this.clock = clock;
        this.pause = pause;
        this.census = census;
    }

    void setFaulty(boolean now) {
        faulty = now;
    }

    void onExit(Consumer<ContainerExit> told) {
        listener = told;
    }

    SortedMap<String, Run> running() {
        return running;
    }

    SortedSet<String> lodged() {
        return new TreeSet<>(lodgings.keySet());
    }

    /// What an agent that starts finds.
    List<AdoptedContainer> adopt() {
        var found = new ArrayList<AdoptedContainer>();
        running.values()
                .forEach(r ->
                        found.add(
                                new AdoptedContainer.Running(
                                        new Started(r.id(), 1, r.startedAt()))));
        ended.values().forEach(exit -> found.add(new AdoptedContainer.Ended(exit)));
        return found;
    }

    /// The machine goes down: nothing runs on, and only the disk is left.
    void reboot() {
        List.copyOf(running.values()).forEach(run -> census.ended(node, run));
        running.clear();
        lodgings.clear();
    }

    /// A process ends by itself.
    void end(String id, int exitCode) {
        Run run = running.get(id);
        if (run != null) {
            finish(run, exitCode, 0);
        }
    }

    private void finish(Run run, int exitCode, int signal) {
        running.remove(run.id());
        census.ended(node, run);
        var exit =
                new ContainerExit(
                        run.id(), exitCode, signal, false, run.startedAt(), clock.instant(), "");
        ended.put(run.id(), exit);
        listener.accept(exit);
    }

    private void effect(String reason) throws InterruptedException {
        pause.upTo(EFFECT_MAX);
        if (faulty && pause.oneIn(FAILS_ONE_IN)) {
            throw new PartException(reason, "the node is in trouble");
        }
    }

    @Override
    public Lodging prepare(PodState state) throws InterruptedException {
        effect("FailedCreatePodSandBox");
        return lodgings.computeIfAbsent(
                state.uid(),
                uid -> new Lodging("box-" + uid, "10.200." + number + "." + ++addresses));
    }

    @Override
    public History.RunImage image(PodState state, Member member, Notes notes)
            throws InterruptedException {
        effect("ErrImagePull");
        var name = member.container().getImage();
        return new History.RunImage(name, "sha256:" + name.hashCode(), "");
    }

    @Override
    public Instant launch(PodState state, Member member, String id, int attempt)
            throws InterruptedException {
        effect("RunContainerError");
        if (running.containsKey(id)) {
            throw new IllegalStateException(id + " runs already");
        }
        var run = new Run(id, state.uid(), member.name(), clock.instant());
        running.put(id, run);
        census.starts(node, run);
        // The agent may die before it hears of the start.
        pause.upTo(EFFECT_MAX);
        return run.startedAt();
    }

    @Override
    public void signal(String id, String signal) {
        Run run = running.get(id);
        if (run != null && !pause.oneIn(4)) {
            var _ =
                    clock.schedule(
                            pause.drawn(Duration.ofSeconds(5)),
                            () -> {
                                if (running.containsKey(id)) {
                                    finish(run, 143, 15);
                                }
                            });
        }
    }

    @Override
    public void kill(String id) {
        Run run = running.get(id);
        if (run != null) {
            finish(run, 137, 9);
        }
    }

    @Override
    public void clear(String id) throws InterruptedException {
        kill(id);
        pause.upTo(EFFECT_MAX);
        ended.remove(id);
    }

    @Override
    public void discard(PodState state, String container, int attempt) {}

    @Override
    public ProbeResult probe(PodState state, Member member, String id, ProbeTrack track) {
        return ProbeResult.passed();
    }

    @Override
    public void release(PodState state, boolean leaving) throws InterruptedException {
        pause.upTo(EFFECT_MAX);
        lodgings.remove(state.uid());
    }
}

package dev.gantry.agent.pod;

import dev.gantry.agent.probe.ProbeResult;
import dev.gantry.agent.probe.ProbeTrack;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/// A node's parts as state in memory: images that are there or not, runs that live until they are
/// told to end. What should fail next is set by whoever holds it. One thread.
public final class FakeParts implements PodParts {
    /// A run: what was started and how it stands.
    public record Run(String id, String uid, String container, int attempt, Instant startedAt) {}

    private final InstantSource clock;
    private final SortedMap<String, Run> running = new TreeMap<>();
    private final SortedMap<String, Lodging> lodgings = new TreeMap<>();
    private final SortedSet<String> missingImages = new TreeSet<>();
    private final SortedMap<String, String> unstartable = new TreeMap<>();
    private final SortedSet<String> stubborn = new TreeSet<>();
    private final SortedSet<String> failingProbes = new TreeSet<>();
    private final List<Termination> exits = new ArrayList<>();
    private Consumer<Termination> listener = t -> {};
    private int addresses;

    public FakeParts(InstantSource clock) {
        this.clock = clock;
    }

    /// Told of each end of a run.
    public void onExit(Consumer<Termination> told) {
        listener = told;
    }

    /// Runs that live now, by id.
    public SortedMap<String, Run> running() {
        return running;
    }

    /// The sandboxes that pods have, by uid.
    public SortedMap<String, Lodging> lodgings() {
        return lodgings;
    }

    /// Ends of runs so far.
    public List<Termination> exits() {
        return exits;
    }

    /// Pulls of this image fail, until it appears.
    public void imageMissing(String image) {
        missingImages.add(image);
    }

    /// The image can be pulled from now on.
    public void imageAppears(String image) {
        missingImages.remove(image);
    }

    /// The container's program does not exist.
    public void unstartable(String container, String message) {
        unstartable.put(container, message);
    }

    /// The container ignores SIGTERM.
    public void stubborn(String container) {
        stubborn.add(container);
    }

    /// Probes of this kind on this container fail (`web/Liveness`).
    public void probeFails(String container, String word, boolean fails) {
        if (fails) {
            failingProbes.add(container + "/" + word);
        } else {
            failingProbes.remove(container + "/" + word);
        }
    }

    /// The run of this container ends by itself.
    public void end(String container, int exitCode) {
        running.values().stream()
                .filter(r -> r.container().equals(container))
                .findFirst()
                .ifPresent(r -> finish(r, exitCode, 0));
    }

    private void finish(Run run, int exitCode, int signal) {
        running.remove(run.id());
        var reason = exitCode == 0 ? Termination.COMPLETED : Termination.ERROR;
        var end =
                new Termination(
                        run.id(), exitCode, signal, reason, "", run.startedAt(), clock.instant());
        exits.add(end);
        listener.accept(end);
    }

    @Override
    public Lodging prepare(PodState state) {
        return lodgings.computeIfAbsent(
                state.uid(), uid -> new Lodging("box-" + uid, "10.200.0." + ++addresses));
    }

    @Override
    public History.RunImage image(PodState state, Member member, Notes notes) {
        var name = member.container().getImage();
        if (missingImages.contains(name)) {
            throw new PartException(Reasons.ERR_IMAGE_PULL, name + ": not found");
        }
        return new History.RunImage(name, "sha256:" + name.hashCode(), "");
    }

    @Override
    public Instant launch(PodState state, Member member, String id, int attempt) {
        var reason = unstartable.get(member.name());
        if (reason != null) {
            throw new CannotRunException(127, reason, new IllegalStateException(reason));
        }
        if (running.containsKey(id)) {
            throw new IllegalStateException(id + " runs already");
        }
        var run = new Run(id, state.uid(), member.name(), attempt, clock.instant());
        running.put(id, run);
        return run.startedAt();
    }

    @Override
    public void signal(String id, String signal) {
        var run = running.get(id);
        if (run != null && !stubborn.contains(run.container())) {
            finish(run, 143, 15);
        }
    }

    @Override
    public void kill(String id) {
        var run = running.get(id);
        if (run != null) {
            finish(run, 137, 9);
        }
    }

    @Override
    public void clear(String id) {
        kill(id);
    }

    @Override
    public void discard(PodState state, String container, int attempt) {}

    @Override
    public ProbeResult probe(PodState state, Member member, String id, ProbeTrack track) {
        return failingProbes.contains(member.name() + "/" + track.kind().word())
                ? ProbeResult.failed("no answer")
                : ProbeResult.passed();
    }

    @Override
    public void release(PodState state, boolean leaving) {
        lodgings.remove(state.uid());
    }
}

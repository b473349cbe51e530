package dev.gantry.agent.pod;

import dev.gantry.agent.container.ContainerExit;
import dev.gantry.agent.probe.ProbeResult;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries out actions, each on a thread of the executor, and posts what came of it.
public final class PodEffects {
    private static final Logger LOG = LoggerFactory.getLogger(PodEffects.class);

    private final PodParts parts;
    private final Executor executor;
    private final InstantSource clock;
    private final BiConsumer<String, PodEvent> post;

    PodEffects(
            PodParts parts,
            Executor executor,
            InstantSource clock,
            BiConsumer<String, PodEvent> post) {
        this.parts = parts;
        this.executor = executor;
        this.clock = clock;
        this.post = post;
    }

    /// Turns the runtime's word on a run's end into the pod's, termination message included.
    public interface ExitReader {
        /// How the run ended.
        Termination read(PodState state, Member member, ContainerExit exit);
    }

    private interface Effect {
        void run() throws InterruptedException;
    }

    void start(PodState state, PodAction action, Consumer<PodAction.Note> notes) {
        switch (action) {
            case PodAction.Prepare _ -> run(state, "prepare", () -> prepare(state));
            case PodAction.EnsureImage(var name) ->
                    run(state, "pull", () -> image(state, name, notes));
            case PodAction.Launch launch -> run(state, "launch", () -> launch(state, launch));
            case PodAction.Signal(var id, var signal) ->
                    run(state, "signal", () -> parts.signal(id, signal));
            case PodAction.Kill(var id) -> run(state, "kill", () -> parts.kill(id));
            case PodAction.Clear(var id) -> run(state, "clear", () -> parts.clear(id));
            case PodAction.Discard(var name, var attempt) ->
                    run(state, "discard", () -> parts.discard(state, name, attempt));
            case PodAction.RunProbe probe -> run(state, "probe", () -> probe(state, probe));
            case PodAction.Release(var leaving) ->
                    run(state, "release", () -> release(state, leaving));
            case PodAction.Note note -> notes.accept(note);
        }
    }

    /// Removes a run that belongs to no pod.
    void clear(String id) {
        executor.execute(() -> {
            try {
                parts.clear(id);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.atWarn()
                        .addKeyValue("container", id)
                        .setCause(e)
                        .log("failed to remove a container without a pod");
            }
        });
    }

    private void run(PodState state, String what, Effect effect) {
        executor.execute(() -> {
            try {
                effect.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.atWarn()
                        .addKeyValue("pod", state.key())
                        .addKeyValue("action", what)
                        .setCause(e)
                        .log("action failed");
            }
        });
    }

    private void prepare(PodState state) throws InterruptedException {
        PodEvent event;
        try {
            event = new PodEvent.Prepared(parts.prepare(state));
        } catch (PartException e) {
            event = new PodEvent.PrepareFailed(e.reason(), text(e));
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("pod", state.key()).setCause(e).log("prepare failed");
            event = new PodEvent.PrepareFailed("FailedCreatePodSandBox", text(e));
        }
        post.accept(state.uid(), event);
    }

    private void image(PodState state, String name, Consumer<PodAction.Note> notes)
            throws InterruptedException {
        var member = state.member(name).orElseThrow();
        PodEvent event;
        try {
            var image =
                    parts.image(
                            state,
                            member,
                            (reason, message) ->
                                    notes.accept(new PodAction.Note(false, reason, message, name)));
            event = new PodEvent.ImageReady(name, image);
        } catch (PartException e) {
            event = new PodEvent.ImageFailed(name, e.reason(), text(e));
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("pod", state.key()).setCause(e).log("pull failed");
            event = new PodEvent.ImageFailed(name, Reasons.ERR_IMAGE_PULL, text(e));
        }
        post.accept(state.uid(), event);
    }

    private void launch(PodState state, PodAction.Launch launch) throws InterruptedException {
        var member = state.member(launch.container()).orElseThrow();
        var id = launch.id();
        PodEvent event;
        try {
            var startedAt = parts.launch(state, member, id, launch.attempt());
            event = new PodEvent.Started(launch.container(), id, startedAt);
        } catch (PartException e) {
            event = new PodEvent.LaunchBlocked(launch.container(), id, e.reason(), text(e));
        } catch (CannotRunException e) {
            var now = clock.instant();
            event =
                    new PodEvent.Exited(
                            new Termination(
                                    id,
                                    e.exitCode(),
                                    0,
                                    Termination.CANNOT_RUN,
                                    text(e),
                                    now,
                                    now));
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("pod", state.key()).setCause(e).log("launch failed");
            event = new PodEvent.LaunchBlocked(launch.container(), id, Reasons.RUN_ERROR, text(e));
        }
        post.accept(state.uid(), event);
    }

    private void probe(PodState state, PodAction.RunProbe probe) throws InterruptedException {
        var member = state.member(probe.container()).orElseThrow();
        ProbeResult result;
        try {
            result = parts.probe(state, member, probe.id(), probe.track());
        } catch (RuntimeException e) {
            result = ProbeResult.failed(text(e));
        }
        post.accept(
                state.uid(), new PodEvent.ProbeFinished(probe.id(), probe.track().kind(), result));
    }

    private void release(PodState state, boolean leaving) throws InterruptedException {
        try {
            parts.release(state, leaving);
        } catch (RuntimeException e) {
            // What cannot be given back now is found again at the next start; the pod goes on.
            LOG.atWarn().addKeyValue("pod", state.key()).setCause(e).log("release incomplete");
        }
        post.accept(state.uid(), new PodEvent.Released());
    }

    private static String text(Throwable e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}

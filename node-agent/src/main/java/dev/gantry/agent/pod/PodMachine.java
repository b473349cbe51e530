package dev.gantry.agent.pod;

import dev.gantry.agent.pod.ContainerEvent.Blocked;
import dev.gantry.agent.pod.ContainerEvent.LaunchAsked;
import dev.gantry.agent.pod.ContainerEvent.Launched;
import dev.gantry.agent.pod.ContainerEvent.Probed;
import dev.gantry.agent.pod.PodEvent.Evicted;
import dev.gantry.agent.pod.PodEvent.Exited;
import dev.gantry.agent.pod.PodEvent.ImageFailed;
import dev.gantry.agent.pod.PodEvent.ImageReady;
import dev.gantry.agent.pod.PodEvent.LaunchBlocked;
import dev.gantry.agent.pod.PodEvent.ObjectsChanged;
import dev.gantry.agent.pod.PodEvent.PrepareFailed;
import dev.gantry.agent.pod.PodEvent.Prepared;
import dev.gantry.agent.pod.PodEvent.ProbeFinished;
import dev.gantry.agent.pod.PodEvent.Released;
import dev.gantry.agent.pod.PodEvent.Removed;
import dev.gantry.agent.pod.PodEvent.Started;
import dev.gantry.agent.pod.PodEvent.Tick;
import dev.gantry.agent.pod.PodEvent.Wanted;
import dev.gantry.api.core.v1.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The state machine of one pod: an event changes what is known ([StageMachine] and
/// [ContainerMachine] say how), then [PodPlanner] says what follows. Pure: the caller makes the
/// state durable and then carries out the actions.
///
/// Events that do not fit the state any more (a pull that ends after the pod was told to go) change
/// nothing.
public final class PodMachine {
    // A pod without a grace period: Kubernetes' default.
    private static final long GRACE_DEFAULT_SECONDS = 30;
    private static final int PREPARE_FAILURES_COUNTED = 10;

    private PodMachine() {}

    /// The outcome of one event.
    public record Step(PodState state, List<PodAction> actions) {
        /// Copies.
        public Step {
            actions = List.copyOf(actions);
        }
    }

    /// What the pod is after `event`, and what has to be done.
    public static Step step(PodState state, PodEvent event, Instant now) {
        var turn = new Turn(state, now);
        apply(turn, event);
        PodPlanner.advance(turn);
        return new Step(turn.state(), turn.actions());
    }

    private static void apply(Turn turn, PodEvent event) {
        switch (event) {
            case Wanted(var pod) -> wanted(turn, pod);
            case Removed _ -> depart(turn, true, grace(turn.state().pod()), "", "");
            case Evicted(var reason, var message, var grace) ->
                    depart(turn, false, grace, reason, message);
            case Prepared(var lodging) -> {
                if (turn.stage(new StageEvent.Prepared())) {
                    turn.set(turn.state().withLodging(Optional.of(lodging)));
                }
            }
            case PrepareFailed(var reason, var message) -> prepareFailed(turn, reason, message);
            case ImageReady(var name, var image) ->
                    turn.state().member(name).ifPresent(m -> imageReady(turn, m, image));
            case ImageFailed(var name, var reason, var message) ->
                    turn.state().member(name).ifPresent(m -> imageFailed(turn, m, reason, message));
            case LaunchBlocked blocked -> launchBlocked(turn, blocked);
            case Started(_, var id, var at) ->
                    turn.state().memberByRun(id).ifPresent(m -> started(turn, m, at));
            case Exited(var termination) ->
                    turn.state()
                            .memberByRun(termination.id())
                            .ifPresent(m -> exited(turn, m, termination));
            case ProbeFinished finished ->
                    turn.state()
                            .memberByRun(finished.id())
                            .ifPresent(m -> probed(turn, m, finished));
            case Released _ -> {
                if (turn.stage(new StageEvent.Released())) {
                    turn.set(turn.state().withLodging(Optional.empty()));
                }
            }
            case ObjectsChanged _ -> objectsChanged(turn);
            case Tick _ -> {}
        }
    }

    private static void wanted(Turn turn, Pod pod) {
        turn.set(turn.state().withPod(pod));
        if (pod.getMetadata().hasDeletionTimestamp()) {
            depart(turn, true, grace(pod), "", "");
        }
    }

    /// The grace period that holds for the pod now: of its deletion, else of its spec.
    static Duration grace(Pod pod) {
        var meta = pod.getMetadata();
        if (meta.hasDeletionGracePeriodSeconds()) {
            return Duration.ofSeconds(Math.max(0, meta.getDeletionGracePeriodSeconds()));
        }
        return Duration.ofSeconds(
                pod.getSpec().hasTerminationGracePeriodSeconds()
                        ? Math.max(0, pod.getSpec().getTerminationGracePeriodSeconds())
                        : GRACE_DEFAULT_SECONDS);
    }

    static void depart(Turn turn, boolean leaving, Duration grace, String reason, String message) {
        turn.set(
                turn.state()
                        .withDeparture(
                                new Departure(leaving, turn.now.plus(grace), reason, message)));
    }

    private static void prepareFailed(Turn turn, String reason, String message) {
        int failures =
                turn.state().members().isEmpty()
                        ? 1
                        : turn.state().members().getFirst().history().blocks() + 1;
        var until = turn.now.plus(History.backoff(Math.min(failures, PREPARE_FAILURES_COUNTED)));
        if (turn.stage(new StageEvent.PrepareFailed(reason, message, until, failures))) {
            turn.act(new PodAction.Note(true, reason, message, ""));
            turn.state().members().stream()
                    .findFirst()
                    .ifPresent(m -> turn.remember(m, m.history().blocked()));
        }
    }

    private static void imageReady(Turn turn, Member member, History.RunImage image) {
        var id = RunIds.of(turn.state().uid(), member.name(), member.history().attempt());
        if (turn.member(member, new LaunchAsked(id))) {
            turn.remember(member, member.history().withImage(image));
            turn.act(new PodAction.Launch(member.name(), id, member.history().attempt()));
        }
    }

    private static void imageFailed(Turn turn, Member member, String reason, String message) {
        var history = member.history().blocked();
        var until = turn.now.plus(History.backoff(history.blocks()));
        if (turn.member(member, new Blocked(reason, message, turn.now, until))) {
            turn.remember(member, history);
            turn.warn("Failed", message, member);
            turn.warn("Failed", "Error: " + reason, member);
            if (reason.equals(Reasons.ERR_IMAGE_PULL)) {
                var image = member.container().getImage();
                turn.note("BackOff", "Back-off pulling image \"" + image + "\"", member);
            }
        }
    }

    private static void launchBlocked(Turn turn, LaunchBlocked blocked) {
        var found = turn.state().memberByRun(blocked.id());
        if (found.isEmpty()) {
            return;
        }
        var member = found.get();
        var history = member.history().blocked();
        var until = turn.now.plus(History.backoff(history.blocks()));
        var event = new Blocked(blocked.reason(), blocked.message(), turn.now, until);
        if (turn.member(member, event)) {
            turn.remember(member, history);
            turn.warn("Failed", "Error: " + blocked.message(), member);
        }
    }

    private static void started(Turn turn, Member member, Instant at) {
        var probes = ProbeTracks.begin(member.container(), at);
        if (turn.member(member, new Launched(at, probes))) {
            turn.remember(member, member.history().launched());
            turn.note("Created", "Created container: " + member.name(), member);
            turn.note("Started", "Started container " + member.name(), member);
        }
    }

    private static void exited(Turn turn, Member member, Termination termination) {
        var history = member.history().ended(termination);
        boolean again =
                turn.state().departure().isEmpty() && restarts(turn.state(), member, history);
        var restartAt = again ? Optional.of(history.restartAt()) : Optional.<Instant>empty();
        if (!turn.member(member, new ContainerEvent.Exited(restartAt))) {
            return;
        }
        turn.remember(member, history);
        turn.act(new PodAction.Clear(termination.id()));
        if (termination.reason().equals(Termination.CANNOT_RUN)) {
            turn.warn("Failed", "Error: " + termination.message(), member);
        }
        if (restartAt.isPresent() && restartAt.get().isAfter(turn.now)) {
            turn.warn(
                    "BackOff",
                    "Back-off restarting failed container %s in pod %s"
                            .formatted(member.name(), Reasons.podWord(turn.state().pod())),
                    member);
        }
    }

    /// Whether the policy starts the container again after the run that `history` ends with.
    private static boolean restarts(PodState state, Member member, History history) {
        boolean failed = !history.last().map(Termination::success).orElse(false);
        var policy = state.pod().getSpec().getRestartPolicy();
        return switch (member.role()) {
            case SIDECAR -> true;
            case INIT -> failed && !policy.equals("Never");
            case MAIN ->
                    switch (policy) {
                        case "Never" -> false;
                        case "OnFailure" -> failed;
                        default -> true;
                    };
        };
    }

    private static void probed(Turn turn, Member member, ProbeFinished finished) {
        if (!(member.state() instanceof ContainerState.Running running)) {
            return;
        }
        var track = running.probes().of(finished.kind());
        if (track.isEmpty()) {
            return;
        }
        var before = running.probes();
        var after = before.with(track.get().finished(finished.result(), turn.now));
        if (!before.started() && after.started()) {
            for (var waiting : after.active()) {
                after = after.with(waiting.delayedUntil(turn.now));
            }
        }
        turn.member(member, new Probed(after));
        if (!finished.result().success() && track.get().counts(turn.now)) {
            turn.warn(
                    "Unhealthy",
                    finished.kind().word() + " probe failed: " + finished.result().output(),
                    member);
        }
    }

    private static void objectsChanged(Turn turn) {
        for (var member : turn.state().members()) {
            if (member.state() instanceof ContainerState.Held(var reason, var text, var since, _)
                    && reason.equals(Reasons.CONFIG_ERROR)) {
                turn.set(
                        turn.state()
                                .withMember(
                                        member.with(
                                                new ContainerState.Held(
                                                        reason, text, since, turn.now))));
            }
        }
        if (turn.state().stage() instanceof Stage.Held(var reason, var message, _, var failures)) {
            turn.set(turn.state().withStage(new Stage.Held(reason, message, turn.now, failures)));
        }
    }
}

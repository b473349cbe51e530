package dev.gantry.agent.pod;

import dev.gantry.agent.pod.ContainerEvent.Begun;
import dev.gantry.agent.pod.ContainerEvent.Blocked;
import dev.gantry.agent.pod.ContainerEvent.Exited;
import dev.gantry.agent.pod.ContainerEvent.GraceOver;
import dev.gantry.agent.pod.ContainerEvent.LaunchAsked;
import dev.gantry.agent.pod.ContainerEvent.Launched;
import dev.gantry.agent.pod.ContainerEvent.Probed;
import dev.gantry.agent.pod.ContainerEvent.StopAsked;
import dev.gantry.agent.pod.ContainerState.BackOff;
import dev.gantry.agent.pod.ContainerState.Ended;
import dev.gantry.agent.pod.ContainerState.Held;
import dev.gantry.agent.pod.ContainerState.Idle;
import dev.gantry.agent.pod.ContainerState.Launching;
import dev.gantry.agent.pod.ContainerState.Pulling;
import dev.gantry.agent.pod.ContainerState.Running;
import dev.gantry.agent.pod.ContainerState.Stopping;
import java.time.Instant;
import java.util.Optional;

/// The life of one container, as a pure function.
///
/// | from | Begun | Blocked | LaunchAsked | Launched | Exited | StopAsked | GraceOver | Probed |
/// |---|---|---|---|---|---|---|---|---|
/// | Idle | Pulling | - | - | - | - | Ended | - | - |
/// | Pulling | - | Held | Launching | - | - | Ended | - | - |
/// | Held | Pulling | - | - | - | - | Ended | - | - |
/// | Launching | - | Held | - | Running | BackOff or Ended | - | - | - |
/// | Running | - | - | - | - | BackOff or Ended | Stopping | - | Running |
/// | Stopping | - | - | - | - | BackOff or Ended | Stopping, sooner | Stopping, killed | - |
/// | BackOff | Pulling | - | - | - | - | Ended | - | - |
/// | Ended | - | - | - | - | - | - | - | - |
///
/// A launch under way cannot be taken back: whoever wants the container to end asks again once it
/// is Running.
public final class ContainerMachine {
    private ContainerMachine() {}

    /// The state after `event`, or empty when the pair is illegal: the caller decides whether it is
    /// a race or a bug.
    public static Optional<ContainerState> next(ContainerState state, ContainerEvent event) {
        return switch (state) {
            case Idle _ -> waiting(event);
            case Held _ -> waiting(event);
            case BackOff _ -> waiting(event);
            case Pulling _ -> pulling(event);
            case Launching launching -> launching(launching, event);
            case Running running -> running(running, event);
            case Stopping stopping -> stopping(stopping, event);
            case Ended _ -> Optional.empty();
        };
    }

    private static Optional<ContainerState> waiting(ContainerEvent event) {
        return switch (event) {
            case Begun _ -> Optional.of(new Pulling());
            case StopAsked _ -> Optional.of(new Ended());
            case Blocked _, LaunchAsked _, Launched _, Exited _, GraceOver _, Probed _ ->
                    Optional.empty();
        };
    }

    private static Optional<ContainerState> pulling(ContainerEvent event) {
        return switch (event) {
            case Blocked(var reason, var message, var since, var until) ->
                    Optional.of(new Held(reason, message, since, until));
            case LaunchAsked(var id) -> Optional.of(new Launching(id));
            case StopAsked _ -> Optional.of(new Ended());
            case Begun _, Launched _, Exited _, GraceOver _, Probed _ -> Optional.empty();
        };
    }

    private static Optional<ContainerState> launching(Launching state, ContainerEvent event) {
        return switch (event) {
            case Blocked(var reason, var message, var since, var until) ->
                    Optional.of(new Held(reason, message, since, until));
            case Launched(var startedAt, var probes) ->
                    Optional.of(new Running(state.id(), startedAt, probes));
            case Exited(var restartAt) -> Optional.of(afterExit(restartAt));
            case Begun _, LaunchAsked _, StopAsked _, GraceOver _, Probed _ -> Optional.empty();
        };
    }

    private static Optional<ContainerState> running(Running state, ContainerEvent event) {
        return switch (event) {
            case Exited(var restartAt) -> Optional.of(afterExit(restartAt));
            case StopAsked(var killAt) ->
                    Optional.of(new Stopping(state.id(), state.startedAt(), killAt, false));
            case Probed(var probes) ->
                    Optional.of(new Running(state.id(), state.startedAt(), probes));
            case Begun _, Blocked _, LaunchAsked _, Launched _, GraceOver _ -> Optional.empty();
        };
    }

    private static Optional<ContainerState> stopping(Stopping state, ContainerEvent event) {
        return switch (event) {
            case Exited(var restartAt) -> Optional.of(afterExit(restartAt));
            case StopAsked(var killAt) ->
                    Optional.of(
                            new Stopping(
                                    state.id(),
                                    state.startedAt(),
                                    killAt.isBefore(state.killAt()) ? killAt : state.killAt(),
                                    state.killed()));
            case GraceOver _ ->
                    Optional.of(new Stopping(state.id(), state.startedAt(), state.killAt(), true));
            case Begun _, Blocked _, LaunchAsked _, Launched _, Probed _ -> Optional.empty();
        };
    }

    private static ContainerState afterExit(Optional<Instant> restartAt) {
        return restartAt.<ContainerState>map(BackOff::new).orElseGet(Ended::new);
    }
}

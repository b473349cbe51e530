package dev.gantry.agent.pod;

import java.time.Instant;
import java.util.Optional;

/// What can happen to one container.
public sealed interface ContainerEvent {
    /// Its turn has come: the image is looked up.
    record Begun() implements ContainerEvent {}

    /// The way to its start is blocked until a later try.
    record Blocked(String reason, String message, Instant since, Instant until)
            implements ContainerEvent {}

    /// The image is there, and the runtime is asked to start it under this id.
    record LaunchAsked(String id) implements ContainerEvent {}

    /// The runtime has started its process.
    record Launched(Instant startedAt, ProbeTracks probes) implements ContainerEvent {}

    /// Its process is gone, or could not be started; `restartAt` says when it starts again, if it
    /// does.
    record Exited(Optional<Instant> restartAt) implements ContainerEvent {}

    /// It has to end.
    record StopAsked(Instant killAt) implements ContainerEvent {}

    /// Its grace is over: SIGKILL.
    record GraceOver() implements ContainerEvent {}

    /// A probe's attempt has started or given its result.
    record Probed(ProbeTracks probes) implements ContainerEvent {}
}

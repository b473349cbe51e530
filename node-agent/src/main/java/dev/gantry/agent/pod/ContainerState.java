package dev.gantry.agent.pod;

import java.time.Instant;

/// Where one container of a pod is. Times are the agent's clock.
public sealed interface ContainerState {
    /// Not yet its turn, or due to be started.
    record Idle() implements ContainerState {}

    /// Its image is looked up, and pulled when it must be.
    record Pulling() implements ContainerState {}

    /// Something outside stands in the way; tried again at `until`.
    ///
    /// @param reason ErrImagePull, ErrImageNeverPull, InvalidImageName, CreateContainerConfigError,
    ///   RunContainerError
    record Held(String reason, String message, Instant since, Instant until)
            implements ContainerState {}

    /// The runtime has been asked to start it; `id` is on disk.
    record Launching(String id) implements ContainerState {}

    /// Its process runs.
    record Running(String id, Instant startedAt, ProbeTracks probes) implements ContainerState {}

    /// It was told to end, and is killed at `killAt`.
    ///
    /// @param killed SIGKILL was sent
    record Stopping(String id, Instant startedAt, Instant killAt, boolean killed)
            implements ContainerState {}

    /// It has ended and starts again at `until`.
    record BackOff(Instant until) implements ContainerState {}

    /// It does not start again. How it ended stands in its history; without one it never ran.
    record Ended() implements ContainerState {}
}

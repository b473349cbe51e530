package dev.gantry.agent.pod;

import dev.gantry.agent.probe.ProbeTrack;

/// What is to be done for a pod. Each says all that its execution needs besides the pod's state.
public sealed interface PodAction {
    /// Make the sandbox and the volumes; answered by Prepared or PrepareFailed.
    record Prepare() implements PodAction {}

    /// Find or pull the image; answered by ImageReady or ImageFailed.
    record EnsureImage(String container) implements PodAction {}

    /// Start a run; answered by Started, LaunchBlocked or Exited.
    record Launch(String container, String id, int attempt) implements PodAction {}

    /// Ask a run to end.
    record Signal(String id, String signal) implements PodAction {}

    /// End a run, its whole cgroup.
    record Kill(String id) implements PodAction {}

    /// Remove what a run that has ended left with the runtime; its log stays.
    record Clear(String id) implements PodAction {}

    /// Remove the log of a run that nobody asks for any more.
    record Discard(String container, int attempt) implements PodAction {}

    /// Carry out one attempt of a probe; answered by ProbeFinished.
    record RunProbe(String container, String id, ProbeTrack track) implements PodAction {}

    /// Give back sandbox, volumes, runs; with `leaving` also logs and directory. Answered by
    /// Released.
    record Release(boolean leaving) implements PodAction {}

    /// Tell people: an event on the pod.
    ///
    /// @param container the container it is about, or empty
    record Note(boolean warning, String reason, String message, String container)
            implements PodAction {}
}

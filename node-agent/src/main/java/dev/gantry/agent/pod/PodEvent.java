package dev.gantry.agent.pod;

import dev.gantry.agent.probe.ProbeKind;
import dev.gantry.agent.probe.ProbeResult;
import dev.gantry.api.core.v1.Pod;
import java.time.Duration;
import java.time.Instant;

/// What a pod can be told: by the control plane, by its effects, by the runtime, by the clock.
public sealed interface PodEvent {
    /// The pod's object as it is now.
    record Wanted(Pod pod) implements PodEvent {}

    /// Its object is gone, as a snapshot or delta of the control plane said.
    record Removed() implements PodEvent {}

    /// The node wants it to end.
    record Evicted(String reason, String message, Duration grace) implements PodEvent {}

    /// Sandbox and volumes are ready.
    record Prepared(Lodging lodging) implements PodEvent {}

    /// They could not be made; the reason is an event's (FailedMount, FailedCreatePodSandBox).
    record PrepareFailed(String reason, String message) implements PodEvent {}

    /// A container's image is on the node.
    record ImageReady(String container, History.RunImage image) implements PodEvent {}

    /// It is not, and cannot be had now.
    record ImageFailed(String container, String reason, String message) implements PodEvent {}

    /// The runtime was not asked, or could not: the container did not run.
    record LaunchBlocked(String container, String id, String reason, String message)
            implements PodEvent {}

    /// Its process runs.
    record Started(String container, String id, Instant at) implements PodEvent {}

    /// A run has ended.
    record Exited(Termination termination) implements PodEvent {}

    /// One attempt of a probe is over.
    record ProbeFinished(String id, ProbeKind kind, ProbeResult result) implements PodEvent {}

    /// What the pod held has been given back.
    record Released() implements PodEvent {}

    /// A config map or secret changed: what waits for one may go on.
    record ObjectsChanged() implements PodEvent {}

    /// Time has passed.
    record Tick() implements PodEvent {}
}

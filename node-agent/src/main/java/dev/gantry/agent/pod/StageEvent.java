package dev.gantry.agent.pod;

import java.time.Instant;

/// What can happen to a pod as a whole.
public sealed interface StageEvent {
    /// Sandbox and volumes have been asked for.
    record PrepareAsked() implements StageEvent {}

    /// They are there.
    record Prepared() implements StageEvent {}

    /// They could not be made.
    record PrepareFailed(String reason, String message, Instant until, int failures)
            implements StageEvent {}

    /// All containers must end.
    record StopAsked() implements StageEvent {}

    /// No container runs or will run any more: what the pod holds is given back.
    record ReleaseAsked(boolean leaving) implements StageEvent {}

    /// All that was to be given back has been.
    record Released() implements StageEvent {}
}

package dev.gantry.agent.pod;

import java.time.Instant;

/// Where a pod as a whole is on this node.
public sealed interface Stage {
    /// Known, nothing made yet.
    record Fresh() implements Stage {}

    /// Its sandbox and volumes are being made.
    record Preparing() implements Stage {}

    /// That failed; tried again at `until`.
    record Held(String reason, String message, Instant until, int failures) implements Stage {}

    /// Sandbox and volumes are there; containers come and go.
    record Active() implements Stage {}

    /// Its containers are being ended.
    record Stopping() implements Stage {}

    /// Sandbox and volumes are being given back.
    ///
    /// @param leaving the pod's directory goes too
    record Releasing(boolean leaving) implements Stage {}

    /// Ran to its end; its logs stay until it is deleted.
    record Finished() implements Stage {}

    /// Nothing of it is left here.
    record Gone() implements Stage {}
}

package dev.gantry.agent.pod;

import dev.gantry.agent.container.Sandbox;
import dev.gantry.api.core.v1.Pod;

/// Where sandboxes come from: the pool of the pod network, or for a single pod without one, the
/// runtime alone.
public interface Lodgings {
    /// A sandbox for the pod and the address it has there (empty for one without). Asking again for
    /// the same pod gives the same one.
    Place take(Pod pod, boolean hostUsers) throws InterruptedException;

    /// Gives the pod's sandbox back; nothing when it has none.
    void release(String uid) throws InterruptedException;

    /// A sandbox and its address.
    record Place(Sandbox sandbox, String address) {}
}

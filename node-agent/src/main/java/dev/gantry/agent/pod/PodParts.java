package dev.gantry.agent.pod;

import dev.gantry.agent.probe.ProbeResult;
import dev.gantry.agent.probe.ProbeTrack;
import java.time.Instant;

/// What a pod is made of on a node: the port through which the machine's actions take effect.
/// [NodeParts] does it with sandboxes, images, volumes and the container runtime; the simulation
/// with state in memory.
///
/// Calls block, may be repeated, and may come from several threads for different containers of one
/// pod.
public interface PodParts {
    /// Makes sandbox and volumes; what is there already stays.
    ///
    /// @throws PartException with an event's reason: FailedMount, FailedCreatePodSandBox
    Lodging prepare(PodState state) throws InterruptedException;

    /// Finds the member's image, or pulls it as its policy says.
    ///
    /// @param notes takes the events that tell of it
    /// @throws PartException with a waiting reason: ErrImagePull, ErrImageNeverPull,
    ///   InvalidImageName
    History.RunImage image(PodState state, Member member, Notes notes) throws InterruptedException;

    /// Starts a run and returns when its program runs.
    ///
    /// @throws PartException with a waiting reason when it could not be tried:
    ///   CreateContainerConfigError, RunContainerError
    /// @throws CannotRunException when the program itself could not be started
    Instant launch(PodState state, Member member, String id, int attempt)
            throws InterruptedException;

    /// Sends a signal by name (`SIGTERM`, `TERM`, `15`); nothing when the run has ended.
    void signal(String id, String signal);

    /// Kills all processes of a run.
    void kill(String id);

    /// Removes what a run left with the runtime.
    void clear(String id) throws InterruptedException;

    /// Removes the log of a run.
    void discard(PodState state, String container, int attempt);

    /// One attempt of a probe, bounded by its own time-out.
    ProbeResult probe(PodState state, Member member, String id, ProbeTrack track)
            throws InterruptedException;

    /// Gives back what the pod holds; with `leaving` its directory too. Doing it twice is fine.
    void release(PodState state, boolean leaving) throws InterruptedException;

    /// Takes events that tell people what is done.
    interface Notes {
        /// A normal event on the container.
        void note(String reason, String message);
    }
}

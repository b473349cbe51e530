package dev.gantry.agent.pod;

import dev.gantry.api.core.v1.Container;
import java.util.Optional;

/// One container of a pod as the state machine sees it.
public record Member(Container container, Role role, ContainerState state, History history) {
    /// Its part in the pod.
    public enum Role {
        /// Runs to its end before the next one starts.
        INIT,
        /// An init container that restarts always: it must have started before the next one, and
        /// ends after the pod.
        SIDECAR,
        MAIN
    }

    static Member fresh(Container container, Role role) {
        return new Member(container, role, new ContainerState.Idle(), History.NEW);
    }

    /// Its name in the pod.
    public String name() {
        return container.getName();
    }

    Member with(ContainerState next) {
        return new Member(container, role, next, history);
    }

    Member with(History next) {
        return new Member(container, role, state, next);
    }

    /// The id under which the runtime knows the current run.
    public Optional<String> runId() {
        return switch (state) {
            case ContainerState.Launching(var id) -> Optional.of(id);
            case ContainerState.Running(var id, _, _) -> Optional.of(id);
            case ContainerState.Stopping(var id, _, _, _) -> Optional.of(id);
            case ContainerState.Idle _,
                    ContainerState.Pulling _,
                    ContainerState.Held _,
                    ContainerState.BackOff _,
                    ContainerState.Ended _ ->
                    Optional.empty();
        };
    }

    boolean ended() {
        return state instanceof ContainerState.Ended;
    }

    /// Ended, and its last run was a success.
    boolean succeeded() {
        return ended() && history.last().map(Termination::success).orElse(false);
    }

    /// For a sidecar: the next init container may go on.
    boolean started() {
        return state instanceof ContainerState.Running running && running.probes().started();
    }

    boolean ready() {
        return state instanceof ContainerState.Running running && running.probes().isReady();
    }
}

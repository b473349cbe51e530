package dev.gantry.agent;

import dev.gantry.api.core.v1.PodStatus;
import java.util.stream.Stream;

/// The exit code that stands for a pod.
final class ExitCodes {
    private ExitCodes() {}

    /// Of its first container that failed, init containers first; 1 for a pod that failed without
    /// one; else 0.
    static int of(PodStatus status) {
        return Stream.concat(
                        status.getInitContainerStatusesList().stream(),
                        status.getContainerStatusesList().stream())
                .filter(c -> c.getState().hasTerminated())
                .map(c -> c.getState().getTerminated().getExitCode())
                .filter(code -> code != 0)
                .findFirst()
                .orElse(status.getPhase().equals("Failed") ? 1 : 0);
    }
}

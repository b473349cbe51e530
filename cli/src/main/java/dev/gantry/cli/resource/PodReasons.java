package dev.gantry.cli.resource;

import dev.gantry.api.core.v1.Pod;

/// Why a pod is not running.
public final class PodReasons {
    private PodReasons() {}

    /// One line.
    public static String of(Pod pod) {
        return Readiness.why(pod);
    }
}

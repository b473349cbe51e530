package dev.gantry.controlplane.controller;

import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodCondition;
import dev.gantry.api.time.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// What controllers ask of a pod.
public final class Pods {

    private Pods() {}

    /// Whether the pod runs or may still run: neither ended nor told to go.
    public static boolean isActive(Pod pod) {
        return !isTerminal(pod) && !pod.getMetadata().hasDeletionTimestamp();
    }

    /// Whether all its containers have ended for good.
    public static boolean isTerminal(Pod pod) {
        String phase = pod.getStatus().getPhase();
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    /// Whether its Ready condition is true.
    public static boolean isReady(Pod pod) {
        return condition(pod, "Ready").map(c -> c.getStatus().equals("True")).orElse(false);
    }

    /// Since when it is ready, if it is.
    public static Optional<Instant> readySince(Pod pod) {
        return condition(pod, "Ready")
                .filter(c -> c.getStatus().equals("True"))
                .map(c -> Times.instant(c.getLastTransitionTime()));
    }

    /// Whether it has been ready for `minReady` at least.
    public static boolean isAvailable(Pod pod, Duration minReady, Instant now) {
        return readySince(pod).map(since -> !since.plus(minReady).isAfter(now)).orElse(false);
    }

    /// Its condition of a type.
    public static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus().getConditionsList().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst();
    }

    /// How often its containers were started again, in all.
    public static int restarts(Pod pod) {
        return pod.getStatus().getContainerStatusesList().stream()
                .mapToInt(status -> status.getRestartCount())
                .sum();
    }
}

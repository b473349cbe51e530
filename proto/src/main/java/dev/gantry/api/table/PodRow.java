package dev.gantry.api.table;

import dev.gantry.api.core.v1.ContainerState;
import dev.gantry.api.core.v1.ContainerStateTerminated;
import dev.gantry.api.core.v1.ContainerStatus;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodCondition;
import dev.gantry.api.core.v1.PodStatus;
import dev.gantry.api.time.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// A pod's line (k8s.io/kubernetes/pkg/printers/internalversion, printPod).
public final class PodRow {
    private static final String NONE = "<none>";

    private PodRow() {}

    static List<String> of(Pod pod, Instant now) {
        PodStatus status = pod.getStatus();
        long ready =
                status.getContainerStatusesList().stream()
                        .filter(c -> c.getReady() && c.getState().hasRunning())
                        .count();
        return List.of(
                pod.getMetadata().getName(),
                ready + "/" + pod.getSpec().getContainersCount(),
                status(pod),
                restarts(status, now),
                Ages.of(pod.getMetadata(), now),
                status.getPodIP().isEmpty() ? NONE : status.getPodIP(),
                pod.getSpec().getNodeName().isEmpty() ? NONE : pod.getSpec().getNodeName(),
                status.getNominatedNodeName().isEmpty() ? NONE : status.getNominatedNodeName(),
                gates(pod));
    }

    /// The one word that people look for: `Running`, `CrashLoopBackOff`, `Init:0/1`, `Terminating`.
    public static String status(Pod pod) {
        PodStatus status = pod.getStatus();
        String reason = status.getReason().isEmpty() ? status.getPhase() : status.getReason();
        for (PodCondition condition : status.getConditionsList()) {
            if (condition.getType().equals("PodScheduled")
                    && condition.getReason().equals("SchedulingGated")) {
                reason = "SchedulingGated";
            }
        }
        String init = init(pod);
        if (!init.isEmpty()) {
            reason = init;
        } else {
            reason = containers(status, reason);
        }
        if (pod.getMetadata().hasDeletionTimestamp()) {
            return status.getReason().equals("NodeLost") ? "Unknown" : "Terminating";
        }
        return reason.isEmpty() ? "Pending" : reason;
    }

    // The first init container that is not done; empty when all are.
    private static String init(Pod pod) {
        List<ContainerStatus> statuses = pod.getStatus().getInitContainerStatusesList();
        for (int i = 0; i < statuses.size(); i++) {
            ContainerState state = statuses.get(i).getState();
            if (state.hasTerminated() && state.getTerminated().getExitCode() == 0) {
                continue;
            }
            if (state.hasTerminated()) {
                return "Init:" + ended(state.getTerminated());
            }
            String waiting = state.getWaiting().getReason();
            return waiting.isEmpty() || waiting.equals("PodInitializing")
                    ? "Init:" + i + "/" + pod.getSpec().getInitContainersCount()
                    : "Init:" + waiting;
        }
        return "";
    }

    private static String containers(PodStatus status, String phase) {
        String reason = phase;
        boolean running = false;
        for (int i = status.getContainerStatusesCount() - 1; i >= 0; i--) {
            ContainerStatus container = status.getContainerStatuses(i);
            ContainerState state = container.getState();
            if (!state.getWaiting().getReason().isEmpty()) {
                reason = state.getWaiting().getReason();
            } else if (state.hasTerminated()) {
                reason = ended(state.getTerminated());
            } else if (container.getReady() && state.hasRunning()) {
                running = true;
            }
        }
        if (!reason.equals("Completed") || !running) {
            return reason;
        }
        boolean ready =
                status.getConditionsList().stream()
                        .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
        return ready ? "Running" : "NotReady";
    }

    private static String ended(ContainerStateTerminated state) {
        if (!state.getReason().isEmpty()) {
            return state.getReason();
        }
        return state.getSignal() != 0
                ? "Signal:" + state.getSignal()
                : "ExitCode:" + state.getExitCode();
    }

    private static String restarts(PodStatus status, Instant now) {
        boolean initializing =
                status.getInitContainerStatusesList().stream()
                        .anyMatch(c ->
                                !c.getState().hasTerminated()
                                        || c.getState().getTerminated().getExitCode() != 0);
        List<ContainerStatus> counted =
                initializing
                        ? status.getInitContainerStatusesList()
                        : status.getContainerStatusesList();
        int restarts = 0;
        Instant last = Instant.MIN;
        for (ContainerStatus container : counted) {
            restarts += container.getRestartCount();
            if (container.getLastState().getTerminated().hasFinishedAt()) {
                Instant end =
                        Times.instant(container.getLastState().getTerminated().getFinishedAt());
                last = end.isAfter(last) ? end : last;
            }
        }
        return restarts == 0 || last.equals(Instant.MIN)
                ? Integer.toString(restarts)
                : restarts + " (" + Ages.of(Duration.between(last, now)) + " ago)";
    }

    private static String gates(Pod pod) {
        int gates = pod.getSpec().getReadinessGatesCount();
        if (gates == 0) {
            return NONE;
        }
        long open =
                pod.getSpec().getReadinessGatesList().stream()
                        .filter(gate ->
                                pod.getStatus().getConditionsList().stream()
                                        .anyMatch(c ->
                                                c.getType().equals(gate.getConditionType())
                                                        && c.getStatus().equals("True")))
                        .count();
        return open + "/" + gates;
    }
}

package dev.gantry.agent.pod;

import dev.gantry.agent.pod.Member.Role;
import dev.gantry.api.core.v1.PodCondition;
import dev.gantry.api.time.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The conditions of a pod. A condition's transition time moves only when its status changes.
final class Conditions {
    private static final String TRUE = "True";
    private static final String FALSE = "False";

    private Conditions() {}

    static List<PodCondition> of(PodState state, String phase, Instant now) {
        var written = new ArrayList<PodCondition>();
        boolean over = phase.equals("Succeeded") || phase.equals("Failed");
        boolean lodged = state.lodging().isPresent();
        written.add(condition("PodReadyToStartContainers", lodged, "", ""));
        written.add(initializedCondition(state, phase));
        var unready = StatusWriter.unready(state);
        boolean containersReady = !over && unready.isEmpty();
        var reason =
                over
                        ? "Pod" + (phase.equals("Failed") ? "Failed" : "Completed")
                        : "ContainersNotReady";
        var message =
                over ? "" : "containers with unready status: [" + String.join(" ", unready) + "]";
        written.add(
                condition(
                        "Ready",
                        containersReady && gatesOpen(state),
                        containersReady ? "ReadinessGatesNotReady" : reason,
                        containersReady
                                ? "corresponding condition of a readiness gate is not True"
                                : message));
        written.add(condition("ContainersReady", containersReady, reason, message));
        written.add(condition("PodScheduled", true, "", ""));
        var result = new ArrayList<PodCondition>();
        written.forEach(c -> result.add(timed(state, c, now)));
        keepForeign(state, result);
        return result;
    }

    /// Whether all init containers have done their part.
    static boolean initialized(PodState state) {
        return state.members().stream()
                .allMatch(m ->
                        switch (m.role()) {
                            case INIT -> m.succeeded();
                            case SIDECAR -> m.started() || m.history().last().isPresent();
                            case MAIN -> true;
                        });
    }

    private static PodCondition initializedCondition(PodState state, String phase) {
        var incomplete =
                state.members(Role.INIT).stream()
                        .filter(m -> !m.succeeded())
                        .map(Member::name)
                        .toList();
        return condition(
                "Initialized",
                initialized(state) || phase.equals("Succeeded"),
                "ContainersNotInitialized",
                "containers with incomplete status: [" + String.join(" ", incomplete) + "]");
    }

    private static boolean gatesOpen(PodState state) {
        return state.pod().getSpec().getReadinessGatesList().stream()
                .allMatch(gate ->
                        state.pod().getStatus().getConditionsList().stream()
                                .anyMatch(c ->
                                        c.getType().equals(gate.getConditionType())
                                                && c.getStatus().equals(TRUE)));
    }

    private static PodCondition condition(
            String type, boolean holds, String reason, String message) {
        var written = PodCondition.newBuilder().setType(type).setStatus(holds ? TRUE : FALSE);
        if (!holds && !reason.isEmpty()) {
            written.setReason(reason);
        }
        if (!holds && !message.isEmpty()) {
            written.setMessage(message);
        }
        return written.build();
    }

    private static PodCondition timed(PodState state, PodCondition condition, Instant now) {
        var since =
                state.status().getConditionsList().stream()
                        .filter(c ->
                                c.getType().equals(condition.getType())
                                        && c.getStatus().equals(condition.getStatus())
                                        && c.hasLastTransitionTime())
                        .map(PodCondition::getLastTransitionTime)
                        .findFirst()
                        .orElseGet(() -> Times.of(now));
        return condition.toBuilder().setLastTransitionTime(since).build();
    }

    /// Conditions that others set (readiness gates) stay.
    private static void keepForeign(PodState state, List<PodCondition> written) {
        var own = written.stream().map(PodCondition::getType).toList();
        state.pod().getStatus().getConditionsList().stream()
                .filter(c -> !own.contains(c.getType()))
                .forEach(written::add);
    }
}

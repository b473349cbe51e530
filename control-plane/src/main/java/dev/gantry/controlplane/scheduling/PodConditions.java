package dev.gantry.controlplane.scheduling;

import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodCondition;
import dev.gantry.api.core.v1.PodStatus;
import dev.gantry.api.meta.v1.Time;

/// Sets the PodScheduled condition.
final class PodConditions {

    private static final String SCHEDULED = "PodScheduled";

    private PodConditions() {}

    /// The pod with its PodScheduled condition set; the very same pod when that says so already.
    static Pod withScheduled(Pod pod, boolean scheduled, String reason, String message, Time now) {
        PodStatus.Builder status = pod.getStatus().toBuilder();
        int index = indexOf(status);
        PodCondition old =
                index < 0 ? PodCondition.getDefaultInstance() : status.getConditions(index);
        String value = scheduled ? "True" : "False";
        PodCondition.Builder condition =
                PodCondition.newBuilder().setType(SCHEDULED).setStatus(value);
        if (!reason.isEmpty()) {
            condition.setReason(reason);
        }
        if (!message.isEmpty()) {
            condition.setMessage(message);
        }
        condition.setLastTransitionTime(
                old.getStatus().equals(value) ? old.getLastTransitionTime() : now);
        PodCondition built = condition.build();
        if (built.equals(old)) {
            return pod;
        }
        if (index < 0) {
            status.addConditions(built);
        } else {
            status.setConditions(index, built);
        }
        if (status.getPhase().isEmpty()) {
            status.setPhase("Pending");
        }
        return pod.toBuilder().setStatus(status).build();
    }

    private static int indexOf(PodStatus.Builder status) {
        for (int i = 0; i < status.getConditionsCount(); i++) {
            if (status.getConditions(i).getType().equals(SCHEDULED)) {
                return i;
            }
        }
        return -1;
    }
}

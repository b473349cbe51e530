package dev.gantry.agent.pod;

import dev.gantry.agent.container.AdoptedContainer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Compares what a pod's record says with what the runtime found. Pure, apart from reading how a
/// run ended.
final class Recovery {
    private Recovery() {}

    /// A pod taken up again, and what has happened to it meanwhile.
    record Found(PodState state, List<PodEvent> events) {}

    /// @param byId what the runtime found; what belongs to the pod is taken out
    static Found match(
            PodState restored,
            Map<String, AdoptedContainer> byId,
            PodEffects.ExitReader exits,
            Instant now) {
        var state = restored;
        var events = new ArrayList<PodEvent>();
        for (var member : restored.members()) {
            var id = member.runId();
            if (id.isEmpty()) {
                continue;
            }
            var left = byId.get(id.get());
            if (left instanceof AdoptedContainer.Ended(var exit)) {
                byId.remove(id.get());
                events.add(new PodEvent.Exited(exits.read(restored, member, exit)));
            } else if (left instanceof AdoptedContainer.Running(var started)) {
                byId.remove(id.get());
                if (member.state() instanceof ContainerState.Launching) {
                    events.add(new PodEvent.Started(member.name(), id.get(), started.startedAt()));
                }
            } else if (member.state() instanceof ContainerState.Running running) {
                events.add(
                        new PodEvent.Exited(Termination.lost(id.get(), running.startedAt(), now)));
            } else {
                // Killed between record and launch: nothing ran.
                state = state.withMember(member.with(new ContainerState.Idle()));
            }
        }
        return new Found(state, events);
    }
}

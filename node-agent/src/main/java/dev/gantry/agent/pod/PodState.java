package dev.gantry.agent.pod;

import dev.gantry.agent.pod.Member.Role;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodStatus;
import dev.gantry.api.time.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// All that the agent knows of one pod. Immutable; [PodMachine] gives the next one.
///
/// @param members init containers in order, then the others in order
/// @param status as last reported: transition times are carried on from it
public record PodState(
        Pod pod,
        Stage stage,
        List<Member> members,
        Optional<Departure> departure,
        Optional<Lodging> lodging,
        PodStatus status) {

    /// Copies.
    public PodState {
        members = List.copyOf(members);
    }

    /// A pod that this node has just been told of.
    public static PodState fresh(Pod pod) {
        return new PodState(
                pod,
                new Stage.Fresh(),
                membersOf(pod),
                Optional.empty(),
                Optional.empty(),
                pod.getStatus());
    }

    static List<Member> membersOf(Pod pod) {
        var members = new ArrayList<Member>();
        for (var container : pod.getSpec().getInitContainersList()) {
            boolean sidecar = container.getRestartPolicy().equals("Always");
            members.add(Member.fresh(container, sidecar ? Role.SIDECAR : Role.INIT));
        }
        for (var container : pod.getSpec().getContainersList()) {
            members.add(Member.fresh(container, Role.MAIN));
        }
        return members;
    }

    /// The pod's identity: another uid under the same name is another pod.
    public String uid() {
        return pod.getMetadata().getUid();
    }

    /// `namespace/name`, for logs and people.
    public String key() {
        return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    }

    /// The member of this name.
    public Optional<Member> member(String name) {
        return members.stream().filter(m -> m.name().equals(name)).findFirst();
    }

    /// The member whose current run has this id.
    public Optional<Member> memberByRun(String id) {
        return members.stream().filter(m -> m.runId().filter(id::equals).isPresent()).findFirst();
    }

    /// Those with this part.
    List<Member> members(Role role) {
        return members.stream().filter(m -> m.role() == role).toList();
    }

    Optional<Instant> startTime() {
        return status.hasStartTime()
                ? Optional.of(Times.instant(status.getStartTime()))
                : Optional.empty();
    }

    PodState withPod(Pod next) {
        return new PodState(next, stage, members, departure, lodging, status);
    }

    PodState withStage(Stage next) {
        return new PodState(pod, next, members, departure, lodging, status);
    }

    PodState withMember(Member changed) {
        var next =
                members.stream().map(m -> m.name().equals(changed.name()) ? changed : m).toList();
        return new PodState(pod, stage, next, departure, lodging, status);
    }

    PodState withDeparture(Departure next) {
        var both = departure.map(d -> d.and(next)).orElse(next);
        return new PodState(pod, stage, members, Optional.of(both), lodging, status);
    }

    PodState withLodging(Optional<Lodging> next) {
        return new PodState(pod, stage, members, departure, next, status);
    }

    PodState withStatus(PodStatus next) {
        return new PodState(pod, stage, members, departure, lodging, next);
    }
}

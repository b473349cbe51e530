package dev.gantry.agent.pod;

import dev.gantry.agent.pod.Member.Role;
import dev.gantry.agent.spec.QualityOfService;
import dev.gantry.api.core.v1.ContainerStateRunning;
import dev.gantry.api.core.v1.ContainerStateTerminated;
import dev.gantry.api.core.v1.ContainerStateWaiting;
import dev.gantry.api.core.v1.ContainerStatus;
import dev.gantry.api.core.v1.HostIP;
import dev.gantry.api.core.v1.PodIP;
import dev.gantry.api.core.v1.PodStatus;
import dev.gantry.api.time.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The Kubernetes status of a pod, derived from its state. Pure: equal states give equal statuses,
/// so a status is reported only when something in it changed.
final class StatusWriter {
    /// For so long a failed pull shows itself, then the back-off that follows from it: as with
    /// Kubernetes.
    static final Duration FRESH_FAILURE = Duration.ofSeconds(1);

    private static final String CONTAINER_ID_PREFIX = "gantry://";
    private static final Set<String> PREPARING = Set.of(Reasons.CREATING, Reasons.INITIALIZING);

    private StatusWriter() {}

    /// @param hostIp the node's address
    static PodStatus write(PodState state, Instant now, String hostIp) {
        var before = state.status();
        var status = PodStatus.newBuilder();
        status.setPhase(phase(state));
        status.setStartTime(before.hasStartTime() ? before.getStartTime() : Times.of(now));
        if (!hostIp.isEmpty()) {
            status.setHostIP(hostIp);
            status.addHostIPs(HostIP.newBuilder().setIp(hostIp));
        }
        var address = state.lodging().map(Lodging::address).orElse(before.getPodIP());
        if (!address.isEmpty()) {
            status.setPodIP(address);
            status.addPodIPs(PodIP.newBuilder().setIp(address));
        }
        status.setQosClass(QualityOfService.of(state.pod().getSpec()).word());
        state.departure()
                .filter(d -> !d.reason().isEmpty())
                .ifPresent(d -> status.setReason(d.reason()).setMessage(d.message()));
        for (var member : state.members()) {
            var written = container(state, member, now);
            if (member.role() == Role.MAIN) {
                status.addContainerStatuses(written);
            } else {
                status.addInitContainerStatuses(written);
            }
        }
        status.addAllConditions(Conditions.of(state, status.getPhase(), now));
        return status.build();
    }

    /// Whether a status says no more than that the pod is on its way: nobody waits for that alone.
    static boolean isPreparing(PodStatus status) {
        return status.getPhase().equals("Pending")
                && Stream.of(
                                status.getInitContainerStatusesList(),
                                status.getContainerStatusesList())
                        .flatMap(List::stream)
                        .filter(container -> container.getState().hasWaiting())
                        .map(container -> container.getState().getWaiting().getReason())
                        .allMatch(PREPARING::contains);
    }

    // -------- phase

    /// Pending, Running, Succeeded or Failed: as the kubelet's getPhase.
    static String phase(PodState state) {
        boolean evicted = state.departure().map(d -> !d.reason().isEmpty()).orElse(false);
        boolean stopped =
                state.stage() instanceof Stage.Finished
                        || state.stage() instanceof Stage.Releasing
                        || state.stage() instanceof Stage.Gone;
        if (stopped) {
            return evicted || !succeeded(state) ? "Failed" : "Succeeded";
        }
        var mains = state.members(Role.MAIN);
        if (mains.stream().allMatch(Member::ended)
                && mains.stream().anyMatch(m -> m.history().last().isPresent())) {
            return succeeded(state) ? "Succeeded" : "Failed";
        }
        if (state.members(Role.INIT).stream().anyMatch(m -> m.ended() && !m.succeeded())) {
            return "Failed";
        }
        return mains.stream().allMatch(StatusWriter::hasRun) ? "Running" : "Pending";
    }

    private static boolean succeeded(PodState state) {
        return state.members().stream()
                .filter(m -> m.role() != Role.SIDECAR)
                .allMatch(Member::succeeded);
    }

    private static boolean hasRun(Member member) {
        return member.state() instanceof ContainerState.Running
                || member.state() instanceof ContainerState.Stopping
                || member.history().last().isPresent();
    }

    // -------- containers

    private static ContainerStatus container(PodState state, Member member, Instant now) {
        var history = member.history();
        var status =
                ContainerStatus.newBuilder()
                        .setName(member.name())
                        .setReady(ready(state, member))
                        .setStarted(member.started())
                        .setRestartCount(history.attempt())
                        .setImage(
                                history.image().name().isEmpty()
                                        ? member.container().getImage()
                                        : history.image().name())
                        .setImageID(history.image().id());
        var last = history.last();
        boolean showsEnd = showsEnd(member, now);
        var current = showsEnd ? last.map(Termination::id) : member.runId();
        current.or(() -> last.map(Termination::id))
                .ifPresent(id -> status.setContainerID(CONTAINER_ID_PREFIX + id));
        if (showsEnd && last.isPresent()) {
            status.getStateBuilder().setTerminated(terminated(last.get()));
        } else {
            showCurrent(state, member, now, status);
        }
        var earlier = showsEnd ? history.previous() : last;
        earlier.ifPresent(t -> status.getLastStateBuilder().setTerminated(terminated(t)));
        return status.build();
    }

    /// Whether the last run's end is what the container is now: it has ended, or a new run is about
    /// to begin.
    private static boolean showsEnd(Member member, Instant now) {
        if (member.history().last().isEmpty()) {
            return false;
        }
        return switch (member.state()) {
            case ContainerState.Ended _,
                    ContainerState.Idle _,
                    ContainerState.Pulling _,
                    ContainerState.Launching _ ->
                    true;
            case ContainerState.BackOff(var until) -> !until.isAfter(now);
            case ContainerState.Held _, ContainerState.Running _, ContainerState.Stopping _ ->
                    false;
        };
    }

    private static void showCurrent(
            PodState state, Member member, Instant now, ContainerStatus.Builder status) {
        var shown = status.getStateBuilder();
        switch (member.state()) {
            case ContainerState.Running(_, var startedAt, _) ->
                    shown.setRunning(
                            ContainerStateRunning.newBuilder().setStartedAt(Times.of(startedAt)));
            case ContainerState.Stopping(_, var startedAt, _, _) ->
                    shown.setRunning(
                            ContainerStateRunning.newBuilder().setStartedAt(Times.of(startedAt)));
            case ContainerState.Held held -> shown.setWaiting(held(member, held, now));
            case ContainerState.BackOff _ ->
                    shown.setWaiting(
                            waiting(
                                    Reasons.CRASH_LOOP,
                                    "back-off %ds restarting failed container=%s pod=%s"
                                            .formatted(
                                                    History.backoff(member.history().crashes() - 1)
                                                            .toSeconds(),
                                                    member.name(),
                                                    Reasons.podWord(state.pod()))));
            case ContainerState.Idle _,
                    ContainerState.Pulling _,
                    ContainerState.Launching _,
                    ContainerState.Ended _ ->
                    shown.setWaiting(
                            stillHeld(state, member)
                                    .orElseGet(() ->
                                            waiting(notYet(state, member), heldMessage(state))));
        }
    }

    /// What stood in the way at the last attempt is shown until the next one has gone further, as
    /// with Kubernetes: who looks meanwhile learns more by it.
    private static Optional<ContainerStateWaiting> stillHeld(PodState state, Member member) {
        if (member.history().blocks() == 0) {
            return Optional.empty();
        }
        var before = state.status();
        return Stream.concat(
                        before.getInitContainerStatusesList().stream(),
                        before.getContainerStatusesList().stream())
                .filter(each -> each.getName().equals(member.name()))
                .filter(each -> each.getState().hasWaiting())
                .map(each -> each.getState().getWaiting())
                .filter(waiting -> !PREPARING.contains(waiting.getReason()))
                .findFirst();
    }

    private static String notYet(PodState state, Member member) {
        boolean initializing =
                member.role() == Role.MAIN
                        && !state.pod().getSpec().getInitContainersList().isEmpty()
                        && !Conditions.initialized(state);
        return initializing ? Reasons.INITIALIZING : Reasons.CREATING;
    }

    private static String heldMessage(PodState state) {
        return state.stage() instanceof Stage.Held held ? held.message() : "";
    }

    private static ContainerStateWaiting held(
            Member member, ContainerState.Held held, Instant now) {
        boolean fresh = now.isBefore(held.since().plus(FRESH_FAILURE));
        if (!held.reason().equals(Reasons.ERR_IMAGE_PULL) || fresh) {
            return waiting(held.reason(), held.message());
        }
        return waiting(
                Reasons.IMAGE_PULL_BACKOFF,
                "Back-off pulling image \"%s\": %s: %s"
                        .formatted(
                                member.container().getImage(),
                                Reasons.ERR_IMAGE_PULL,
                                held.message()));
    }

    private static ContainerStateWaiting waiting(String reason, String message) {
        var waiting = ContainerStateWaiting.newBuilder().setReason(reason);
        if (!message.isEmpty()) {
            waiting.setMessage(message);
        }
        return waiting.build();
    }

    /// The end of a run in Kubernetes' form.
    static ContainerStateTerminated terminated(Termination end) {
        var written =
                ContainerStateTerminated.newBuilder()
                        .setExitCode(end.exitCode())
                        .setReason(end.reason())
                        .setStartedAt(Times.of(end.startedAt()))
                        .setFinishedAt(Times.of(end.finishedAt()))
                        .setContainerID(CONTAINER_ID_PREFIX + end.id());
        if (end.signal() != 0) {
            written.setSignal(end.signal());
        }
        if (!end.message().isEmpty()) {
            written.setMessage(end.message());
        }
        return written.build();
    }

    /// The other way round, for records.
    static Termination termination(ContainerStateTerminated written) {
        var id = written.getContainerID();
        return new Termination(
                id.startsWith(CONTAINER_ID_PREFIX)
                        ? id.substring(CONTAINER_ID_PREFIX.length())
                        : id,
                written.getExitCode(),
                written.getSignal(),
                written.getReason(),
                written.getMessage(),
                Times.instant(written.getStartedAt()),
                Times.instant(written.getFinishedAt()));
    }

    private static boolean ready(PodState state, Member member) {
        return switch (member.role()) {
            case INIT -> member.succeeded();
            case SIDECAR -> member.ready();
            case MAIN -> member.ready() && state.departure().isEmpty();
        };
    }

    /// The containers that are not ready, for the conditions' message.
    static List<String> unready(PodState state) {
        return state.members().stream()
                .filter(m -> m.role() != Role.INIT && !ready(state, m))
                .map(Member::name)
                .toList();
    }

    /// The exit code that stands for the whole pod: of its first container that failed, else 0.
    static Optional<Integer> exitCode(PodState state) {
        return state.members().stream()
                .filter(m -> m.role() != Role.SIDECAR)
                .flatMap(m -> m.history().last().stream())
                .map(Termination::exitCode)
                .filter(code -> code != 0)
                .findFirst();
    }
}

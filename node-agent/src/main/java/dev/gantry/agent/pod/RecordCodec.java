package dev.gantry.agent.pod;

import dev.gantry.agent.pod.History.RunImage;
import dev.gantry.agent.pod.Member.Role;
import dev.gantry.api.v1.ContainerRecord;
import dev.gantry.api.v1.DepartureRecord;
import dev.gantry.api.v1.PodRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;

/// A pod's state as its record on disk, and back. What an effect is under way for is not recorded:
/// after a restart it is simply asked for again.
final class RecordCodec {
    private RecordCodec() {}

    static PodRecord record(PodState state) {
        var record =
                PodRecord.newBuilder()
                        .setPod(state.pod().toBuilder().setStatus(state.status()))
                        .setFinished(state.stage() instanceof Stage.Finished);
        state.lodging().ifPresent(l -> record.setSandbox(l.sandboxId()).setAddress(l.address()));
        state.departure()
                .ifPresent(d ->
                        record.setDeparture(
                                DepartureRecord.newBuilder()
                                        .setLeaving(d.leaving())
                                        .setDeadlineNanos(EpochNanos.of(d.deadline()))
                                        .setReason(d.reason())
                                        .setMessage(d.message())));
        state.members().forEach(m -> record.addContainers(member(m)));
        return record.build();
    }

    private static ContainerRecord member(Member member) {
        var history = member.history();
        var record =
                ContainerRecord.newBuilder()
                        .setName(member.name())
                        .setAttempt(history.attempt())
                        .setCrashes(history.crashes())
                        .setBlocks(history.blocks())
                        .setImage(history.image().name())
                        .setImageId(history.image().id())
                        .setStopSignal(history.image().stopSignal())
                        .setEnded(member.ended())
                        .setStarted(member.started())
                        .setReady(member.ready());
        history.last().ifPresent(t -> record.setLast(StatusWriter.terminated(t)));
        history.previous().ifPresent(t -> record.setPrevious(StatusWriter.terminated(t)));
        member.runId().ifPresent(record::setId);
        switch (member.state()) {
            case ContainerState.Running(_, var startedAt, _) ->
                    record.setStartedAtNanos(EpochNanos.of(startedAt));
            case ContainerState.Stopping(_, var startedAt, _, _) ->
                    record.setStartedAtNanos(EpochNanos.of(startedAt));
            case ContainerState.BackOff(var until) ->
                    record.setRestartAtNanos(EpochNanos.of(until));
            case ContainerState.Idle _,
                    ContainerState.Pulling _,
                    ContainerState.Held _,
                    ContainerState.Launching _,
                    ContainerState.Ended _ -> {}
        }
        return record.build();
    }

    /// The state that a record stands for.
    ///
    /// @param lodged its sandbox is still there; without it (after a reboot) the pod begins anew
    ///   with its history
    /// @param now when running containers count as found
    static PodState state(PodRecord record, boolean lodged, Instant now) {
        var state = PodState.fresh(record.getPod());
        var members = new ArrayList<Member>();
        for (var member : state.members()) {
            var found =
                    record.getContainersList().stream()
                            .filter(c -> c.getName().equals(member.name()))
                            .findFirst();
            members.add(found.map(c -> restored(member, c, now)).orElse(member));
        }
        var stage = stage(record, lodged);
        var departure =
                record.hasDeparture()
                        ? Optional.of(departure(record.getDeparture()))
                        : Optional.<Departure>empty();
        var lodging =
                lodged
                        ? Optional.of(new Lodging(record.getSandbox(), record.getAddress()))
                        : Optional.<Lodging>empty();
        var result =
                new PodState(
                        record.getPod(),
                        stage,
                        members,
                        departure,
                        lodging,
                        record.getPod().getStatus());
        return lodged || record.getFinished() ? result : reinitialized(result);
    }

    private static Stage stage(PodRecord record, boolean lodged) {
        if (record.getFinished()) {
            return new Stage.Finished();
        }
        return lodged ? new Stage.Active() : new Stage.Fresh();
    }

    private static Departure departure(DepartureRecord record) {
        return new Departure(
                record.getLeaving(),
                EpochNanos.instant(record.getDeadlineNanos()),
                record.getReason(),
                record.getMessage());
    }

    /// Init containers of a pod whose sandbox is lost run again, unless the pod is over anyway.
    private static PodState reinitialized(PodState state) {
        if (state.members(Role.MAIN).stream().allMatch(Member::ended)) {
            return state;
        }
        var result = state;
        for (var member : state.members(Role.INIT)) {
            if (member.succeeded()) {
                result = result.withMember(member.with(new ContainerState.BackOff(Instant.EPOCH)));
            }
        }
        return result;
    }

    private static Member restored(Member member, ContainerRecord record, Instant now) {
        var history =
                new History(
                        record.getAttempt(),
                        record.getCrashes(),
                        record.getBlocks(),
                        record.hasLast()
                                ? Optional.of(StatusWriter.termination(record.getLast()))
                                : Optional.empty(),
                        record.hasPrevious()
                                ? Optional.of(StatusWriter.termination(record.getPrevious()))
                                : Optional.empty(),
                        new RunImage(
                                record.getImage(), record.getImageId(), record.getStopSignal()));
        return member.with(history).with(restoredState(member, record, now));
    }

    private static ContainerState restoredState(
            Member member, ContainerRecord record, Instant now) {
        if (record.getEnded()) {
            return new ContainerState.Ended();
        }
        if (!record.getId().isEmpty() && record.getStartedAtNanos() != 0) {
            var probes =
                    ProbeTracks.resume(
                            member.container(), now, record.getStarted(), record.getReady());
            return new ContainerState.Running(
                    record.getId(), EpochNanos.instant(record.getStartedAtNanos()), probes);
        }
        if (!record.getId().isEmpty()) {
            return new ContainerState.Launching(record.getId());
        }
        return record.getRestartAtNanos() != 0
                ? new ContainerState.BackOff(EpochNanos.instant(record.getRestartAtNanos()))
                : new ContainerState.Idle();
    }
}

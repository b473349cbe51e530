package dev.gantry.agent.pod;

import dev.gantry.agent.pod.ContainerEvent.Begun;
import dev.gantry.agent.pod.ContainerEvent.GraceOver;
import dev.gantry.agent.pod.ContainerEvent.Probed;
import dev.gantry.agent.pod.ContainerEvent.StopAsked;
import dev.gantry.agent.pod.Member.Role;
import dev.gantry.agent.probe.ProbeTrack;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What follows from what is known of a pod now: which container begins, which is told to end, what
/// is given back. Pure and level-triggered: called after every event, it does only what is due.
final class PodPlanner {
    private static final String DEADLINE = "DeadlineExceeded";
    private static final int DISCARDED_AGE = 2;

    private PodPlanner() {}

    static void advance(Turn turn) {
        deadline(turn);
        boolean departs = turn.state().departure().isPresent();
        switch (turn.state().stage()) {
            case Stage.Fresh _ -> prepare(turn, departs);
            case Stage.Held(_, _, var until, _) -> {
                if (departs || !turn.now.isBefore(until)) {
                    prepare(turn, departs);
                }
            }
            case Stage.Active _ -> {
                if (departs) {
                    turn.stage(new StageEvent.StopAsked());
                    stop(turn);
                } else {
                    run(turn);
                }
            }
            case Stage.Stopping _ -> stop(turn);
            case Stage.Finished _ -> {
                if (leaving(turn)) {
                    release(turn, true);
                }
            }
            case Stage.Preparing _, Stage.Releasing _, Stage.Gone _ -> {}
        }
    }

    private static void deadline(Turn turn) {
        var end = deadlineAt(turn.state());
        boolean over = turn.state().stage() instanceof Stage.Finished;
        if (!over
                && turn.state().departure().isEmpty()
                && end.isPresent()
                && !turn.now.isBefore(end.get())) {
            PodMachine.depart(
                    turn,
                    false,
                    PodMachine.grace(turn.state().pod()),
                    DEADLINE,
                    "Pod was active on the node longer than the specified deadline");
        }
    }

    private static Optional<Instant> deadlineAt(PodState state) {
        var spec = state.pod().getSpec();
        return spec.hasActiveDeadlineSeconds()
                ? state.startTime().map(t -> t.plusSeconds(spec.getActiveDeadlineSeconds()))
                : Optional.empty();
    }

    private static boolean leaving(Turn turn) {
        return turn.state().departure().map(Departure::leaving).orElse(false);
    }

    private static void prepare(Turn turn, boolean departs) {
        if (departs) {
            endWaiting(turn);
            release(turn, leaving(turn));
        } else if (turn.stage(new StageEvent.PrepareAsked())) {
            turn.act(new PodAction.Prepare());
        }
    }

    private static void endWaiting(Turn turn) {
        for (var member : turn.state().members()) {
            turn.member(member, new StopAsked(turn.now));
        }
    }

    private static void release(Turn turn, boolean leaving) {
        if (turn.stage(new StageEvent.ReleaseAsked(leaving))) {
            turn.act(new PodAction.Release(leaving));
        }
    }

    // -------- running

    private static void run(Turn turn) {
        if (over(turn)) {
            finish(turn);
        } else if (runInits(turn)) {
            turn.state().members(Role.MAIN).forEach(m -> drive(turn, m));
        }
    }

    private static boolean over(Turn turn) {
        return turn.state().members(Role.MAIN).stream().allMatch(Member::ended)
                || turn.state().members(Role.INIT).stream()
                        .anyMatch(m -> m.ended() && !m.succeeded());
    }

    /// Drives the init containers that may run; whether all have done their part.
    private static boolean runInits(Turn turn) {
        for (var member : turn.state().members()) {
            if (member.role() == Role.MAIN) {
                continue;
            }
            if (!member.ended()) {
                drive(turn, member);
            }
            boolean passed =
                    member.role() == Role.SIDECAR
                            ? turn.current(member).started() || mainsHaveRun(turn)
                            : member.succeeded();
            if (!passed) {
                return false;
            }
        }
        return true;
    }

    /// A sidecar that restarts does not hold up containers that it has let pass before.
    private static boolean mainsHaveRun(Turn turn) {
        return turn.state().members(Role.MAIN).stream()
                .anyMatch(m -> m.runId().isPresent() || m.history().last().isPresent());
    }

    /// The pod has run its course: sidecars end, then all is given back.
    private static void finish(Turn turn) {
        for (var member : turn.state().members()) {
            endNow(turn, member, turn.now.plus(PodMachine.grace(turn.state().pod())));
        }
        if (turn.state().members().stream().allMatch(Member::ended)) {
            release(turn, false);
        }
    }

    private static void drive(Turn turn, Member member) {
        switch (member.state()) {
            case ContainerState.Idle _ -> begin(turn, member);
            case ContainerState.Held(_, _, _, var until) -> {
                if (!turn.now.isBefore(until)) {
                    begin(turn, member);
                }
            }
            case ContainerState.BackOff(var until) -> {
                if (!turn.now.isBefore(until)) {
                    restart(turn, member);
                }
            }
            case ContainerState.Running running -> probe(turn, member, running);
            case ContainerState.Stopping stopping -> killWhenDue(turn, member, stopping);
            case ContainerState.Pulling _, ContainerState.Launching _, ContainerState.Ended _ -> {}
        }
    }

    private static void begin(Turn turn, Member member) {
        if (turn.member(member, new Begun())) {
            turn.act(new PodAction.EnsureImage(member.name()));
        }
    }

    private static void restart(Turn turn, Member member) {
        var history = member.history().restarted();
        turn.remember(member, history);
        int old = history.attempt() - DISCARDED_AGE;
        if (old >= 0) {
            turn.act(new PodAction.Discard(member.name(), old));
        }
        begin(turn, turn.current(member));
    }

    private static void probe(Turn turn, Member member, ContainerState.Running running) {
        var fatal = running.probes().fatal();
        if (fatal.isPresent()) {
            var grace =
                    fatal.get().probe().hasTerminationGracePeriodSeconds()
                            ? Duration.ofSeconds(
                                    fatal.get().probe().getTerminationGracePeriodSeconds())
                            : PodMachine.grace(turn.state().pod());
            var kind = fatal.get().kind().word().toLowerCase(java.util.Locale.ROOT);
            signal(
                    turn,
                    member,
                    running.id(),
                    turn.now.plus(grace),
                    "Container %s failed %s probe, will be restarted"
                            .formatted(member.name(), kind));
            return;
        }
        for (var track : running.probes().active()) {
            if (track.due(turn.now)) {
                startProbe(turn, member, running.id(), track);
            }
        }
    }

    private static void startProbe(Turn turn, Member member, String id, ProbeTrack track) {
        if (turn.current(member).state() instanceof ContainerState.Running running) {
            turn.member(turn.current(member), new Probed(running.probes().with(track.started())));
            turn.act(new PodAction.RunProbe(member.name(), id, track));
        }
    }

    // -------- ending

    private static void stop(Turn turn) {
        var deadline = turn.state().departure().map(Departure::deadline).orElse(turn.now);
        for (var member : turn.state().members()) {
            if (member.role() != Role.SIDECAR) {
                endNow(turn, member, deadline);
            }
        }
        boolean othersEnded =
                turn.state().members().stream()
                        .allMatch(m -> m.role() == Role.SIDECAR || m.ended());
        for (var sidecar : turn.state().members(Role.SIDECAR)) {
            // Sidecars serve the others to the end, but the grace period is one for all.
            if (othersEnded || !turn.now.isBefore(deadline)) {
                endNow(turn, sidecar, deadline);
            }
        }
        if (turn.state().members().stream().allMatch(Member::ended)) {
            release(turn, leaving(turn));
        }
    }

    private static void endNow(Turn turn, Member member, Instant killAt) {
        switch (member.state()) {
            case ContainerState.Running running ->
                    signal(
                            turn,
                            member,
                            running.id(),
                            killAt,
                            "Stopping container " + member.name());
            case ContainerState.Stopping _ -> {
                turn.member(member, new StopAsked(killAt));
                if (turn.current(member).state() instanceof ContainerState.Stopping sooner) {
                    killWhenDue(turn, turn.current(member), sooner);
                }
            }
            case ContainerState.Idle _,
                    ContainerState.Pulling _,
                    ContainerState.Held _,
                    ContainerState.BackOff _ ->
                    turn.member(member, new StopAsked(killAt));
            case ContainerState.Launching _, ContainerState.Ended _ -> {}
        }
    }

    private static void signal(
            Turn turn, Member member, String id, Instant killAt, String message) {
        if (turn.member(member, new StopAsked(killAt))) {
            turn.note("Killing", message, member);
            turn.act(new PodAction.Signal(id, stopSignal(member)));
            if (turn.current(member).state() instanceof ContainerState.Stopping stopping) {
                killWhenDue(turn, turn.current(member), stopping);
            }
        }
    }

    private static String stopSignal(Member member) {
        var own = member.container().getLifecycle().getStopSignal();
        var image = member.history().image().stopSignal();
        if (!own.isEmpty()) {
            return own;
        }
        return image.isEmpty() ? "SIGTERM" : image;
    }

    private static void killWhenDue(Turn turn, Member member, ContainerState.Stopping stopping) {
        if (!stopping.killed()
                && !turn.now.isBefore(stopping.killAt())
                && turn.member(member, new GraceOver())) {
            turn.act(new PodAction.Kill(stopping.id()));
        }
    }

    // -------- time

    /// When the machine must be asked again even if nothing happens; empty for never.
    static Optional<Instant> nextDue(PodState state, Instant now) {
        var times = new ArrayList<Instant>();
        if (state.departure().isEmpty()) {
            deadlineAt(state).ifPresent(times::add);
        }
        if (state.stage() instanceof Stage.Held(_, _, var until, _)) {
            times.add(until);
        }
        if (state.stage() instanceof Stage.Active || state.stage() instanceof Stage.Stopping) {
            state.members().forEach(m -> dueTimes(m, now, times));
        }
        state.departure()
                .filter(_ -> state.stage() instanceof Stage.Stopping)
                .map(Departure::deadline)
                .filter(d -> d.isAfter(now))
                .ifPresent(times::add);
        return times.stream().min(Instant::compareTo);
    }

    private static void dueTimes(Member member, Instant now, List<Instant> times) {
        switch (member.state()) {
            case ContainerState.Held(_, _, var since, var until) -> {
                times.add(until);
                var shown = since.plus(StatusWriter.FRESH_FAILURE);
                if (shown.isAfter(now)) {
                    times.add(shown);
                }
            }
            case ContainerState.BackOff(var until) -> times.add(until);
            case ContainerState.Stopping(_, _, var killAt, var killed) -> {
                if (!killed) {
                    times.add(killAt);
                }
            }
            case ContainerState.Running running ->
                    running.probes().active().stream()
                            .filter(t -> !t.inFlight())
                            .map(ProbeTrack::nextAt)
                            .forEach(times::add);
            case ContainerState.Idle _,
                    ContainerState.Pulling _,
                    ContainerState.Launching _,
                    ContainerState.Ended _ -> {}
        }
    }
}

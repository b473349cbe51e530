package dev.gantry.agent.pod;

import dev.gantry.agent.probe.ProbeKind;
import dev.gantry.agent.probe.ProbeTrack;
import dev.gantry.agent.probe.ProbeTrack.Verdict;
import dev.gantry.api.core.v1.Container;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The probes of one running container; at most one of each kind.
///
/// @param ready what the container was when it was adopted, until its readiness probe says
///   otherwise
public record ProbeTracks(List<ProbeTrack> tracks, boolean ready) {
    /// Copies.
    public ProbeTracks {
        tracks = List.copyOf(tracks);
    }

    /// The probes of a container that has just started.
    static ProbeTracks begin(Container container, Instant startedAt) {
        return new ProbeTracks(tracksOf(container, startedAt), false);
    }

    /// The probes of a container that ran while the agent was away: it keeps what it had reached.
    static ProbeTracks resume(Container container, Instant now, boolean started, boolean ready) {
        var tracks = new ArrayList<ProbeTrack>();
        for (var track : tracksOf(container, now)) {
            var passed = track.kind() == ProbeKind.STARTUP && started;
            tracks.add(passed ? track.passed() : track);
        }
        return new ProbeTracks(tracks, ready);
    }

    private static List<ProbeTrack> tracksOf(Container container, Instant startedAt) {
        var tracks = new ArrayList<ProbeTrack>();
        if (container.hasStartupProbe()) {
            tracks.add(ProbeTrack.begin(ProbeKind.STARTUP, container.getStartupProbe(), startedAt));
        }
        if (container.hasReadinessProbe()) {
            tracks.add(
                    ProbeTrack.begin(
                            ProbeKind.READINESS, container.getReadinessProbe(), startedAt));
        }
        if (container.hasLivenessProbe()) {
            tracks.add(
                    ProbeTrack.begin(ProbeKind.LIVENESS, container.getLivenessProbe(), startedAt));
        }
        return tracks;
    }

    /// Started in Kubernetes' sense: no startup probe, or it has passed once.
    public boolean started() {
        return of(ProbeKind.STARTUP).map(t -> t.verdict() == Verdict.PASSING).orElse(true);
    }

    /// Ready as far as the container goes.
    public boolean isReady() {
        if (!started()) {
            return false;
        }
        return of(ProbeKind.READINESS)
                .map(t -> t.verdict() == Verdict.UNKNOWN ? ready : t.verdict() == Verdict.PASSING)
                .orElse(true);
    }

    /// The probe that has found the container in need of a restart.
    Optional<ProbeTrack> fatal() {
        return tracks.stream()
                .filter(t -> t.kind() != ProbeKind.READINESS && t.verdict() == Verdict.FAILING)
                .findFirst();
    }

    /// The probe of this kind.
    Optional<ProbeTrack> of(ProbeKind kind) {
        return tracks.stream().filter(t -> t.kind() == kind).findFirst();
    }

    /// Those that count now: the startup probe alone until it has passed, then the others.
    List<ProbeTrack> active() {
        boolean started = started();
        return tracks.stream().filter(t -> started != (t.kind() == ProbeKind.STARTUP)).toList();
    }

    /// The same with one track replaced.
    ProbeTracks with(ProbeTrack changed) {
        return new ProbeTracks(
                tracks.stream().map(t -> t.kind() == changed.kind() ? changed : t).toList(), ready);
    }
}

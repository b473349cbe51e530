package dev.gantry.agent.probe;

import dev.gantry.api.core.v1.Probe;
import java.time.Duration;
import java.time.Instant;

/// How far one probe of one running container has come. Pure: every change takes the time as an
/// argument and gives a new track. Thresholds and defaults are Kubernetes' (`v1.Probe`: period 10
/// s, timeout 1 s, failure 3, success 1).
///
/// @param successes results of this kind in a row, up to now
/// @param failures results of this kind in a row, up to now
/// @param inFlight an attempt runs: the probe is not due until its result is in
public record ProbeTrack(
        ProbeKind kind,
        Probe probe,
        Instant nextAt,
        boolean inFlight,
        int successes,
        int failures,
        Verdict verdict) {

    /// What the results so far amount to.
    public enum Verdict {
        /// Neither threshold has been reached yet.
        UNKNOWN,
        PASSING,
        FAILING
    }

    /// The track of a container that has started at `startedAt`.
    public static ProbeTrack begin(ProbeKind kind, Probe probe, Instant startedAt) {
        var first = startedAt.plusSeconds(Math.max(0, probe.getInitialDelaySeconds()));
        return new ProbeTrack(kind, probe, first, false, 0, 0, Verdict.UNKNOWN);
    }

    /// Whether an attempt should start now.
    public boolean due(Instant now) {
        return !inFlight && !now.isBefore(nextAt);
    }

    /// An attempt has started.
    public ProbeTrack started() {
        return new ProbeTrack(kind, probe, nextAt, true, successes, failures, verdict);
    }

    /// An attempt's result. The next attempt is a period after this one's due time, or after now
    /// when it took longer.
    public ProbeTrack finished(ProbeResult result, Instant now) {
        int inRow = result.success() ? successes + 1 : 0;
        int failedInRow = result.success() ? 0 : failures + 1;
        var reached = verdict;
        if (result.success() && inRow >= successThreshold()) {
            reached = Verdict.PASSING;
        } else if (!result.success() && failedInRow >= failureThreshold()) {
            reached = Verdict.FAILING;
        }
        var next = nextAt.plus(period());
        return new ProbeTrack(
                kind,
                probe,
                next.isBefore(now) ? now.plus(period()) : next,
                false,
                inRow,
                failedInRow,
                reached);
    }

    /// The same probe, to begin at `from`: readiness and liveness wait until the startup probe has
    /// passed.
    public ProbeTrack delayedUntil(Instant from) {
        return from.isAfter(nextAt)
                ? new ProbeTrack(kind, probe, from, inFlight, successes, failures, verdict)
                : this;
    }

    /// The time that one attempt may take.
    public Duration timeout() {
        return Duration.ofSeconds(probe.getTimeoutSeconds() > 0 ? probe.getTimeoutSeconds() : 1);
    }

    private Duration period() {
        return Duration.ofSeconds(probe.getPeriodSeconds() > 0 ? probe.getPeriodSeconds() : 10);
    }

    private int successThreshold() {
        // Only readiness may ask for more than one success in a row.
        return kind == ProbeKind.READINESS && probe.getSuccessThreshold() > 0
                ? probe.getSuccessThreshold()
                : 1;
    }

    private int failureThreshold() {
        return probe.getFailureThreshold() > 0 ? probe.getFailureThreshold() : 3;
    }
}

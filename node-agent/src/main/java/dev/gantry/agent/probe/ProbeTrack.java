package dev.gantry.agent.probe;

import dev.gantry.api.core.v1.Probe;
import java.time.Duration;
import java.time.Instant;

/// How far one probe of one running container has come. Pure: every change takes the time as an
/// argument and gives a new track. Thresholds and defaults are Kubernetes' (`v1.Probe`: period 10
/// s, timeout 1 s, failure 3, success 1).
///
/// Until a startup or readiness probe succeeds for the first time it is tried again soon, in pauses
/// that double up to the period. Such early attempts can only succeed: failures count once a
/// period, the first at the end of the first one, so that a container has `failureThreshold` times
/// `periodSeconds` to start, as Kubernetes' documentation says.
///
/// @param successes results of this kind in a row, up to now
/// @param failures counted results of this kind in a row, up to now
/// @param inFlight an attempt runs: the probe is not due until its result is in
public record ProbeTrack(
        ProbeKind kind,
        Probe probe,
        Pace pace,
        boolean inFlight,
        int successes,
        int failures,
        Verdict verdict) {
    // Short against the time in which a person notices, long against the cost of an attempt.
    private static final Duration EARLY_FIRST = Duration.ofMillis(10);

    /// What the results so far amount to.
    public enum Verdict {
        /// Neither threshold has been reached yet.
        UNKNOWN,
        PASSING,
        FAILING
    }

    /// When a probe is tried.
    ///
    /// @param nextAt when the next attempt is due
    /// @param countsFrom a failure that is known before this time does not count
    /// @param early the pause before the next early attempt; zero when there are none any more
    public record Pace(Instant nextAt, Instant countsFrom, Duration early) {
        private static Pace from(Instant first, boolean eager, Duration period) {
            return eager
                    ? new Pace(first, first.plus(period), EARLY_FIRST)
                    : new Pace(first, first, Duration.ZERO);
        }

        /// After a failure, while the probe has never succeeded.
        private Pace soon(Instant now, Duration period) {
            var counts = countsFrom;
            while (!counts.isAfter(now)) {
                counts = counts.plus(period);
            }
            var next = now.plus(early);
            var doubled = early.multipliedBy(2);
            return new Pace(
                    next.isBefore(counts) ? next : counts,
                    counts,
                    doubled.compareTo(period) < 0 ? doubled : period);
        }

        private Pace steady(Instant now, Duration period) {
            var next = nextAt.plus(period);
            return from(next.isBefore(now) ? now.plus(period) : next, false, period);
        }
    }

    /// The track of a container that has started at `startedAt`.
    public static ProbeTrack begin(ProbeKind kind, Probe probe, Instant startedAt) {
        var first = startedAt.plusSeconds(Math.max(0, probe.getInitialDelaySeconds()));
        var pace = Pace.from(first, kind != ProbeKind.LIVENESS, period(probe));
        return new ProbeTrack(kind, probe, pace, false, 0, 0, Verdict.UNKNOWN);
    }

    /// When the next attempt is due.
    public Instant nextAt() {
        return pace.nextAt();
    }

    /// Whether an attempt should start now.
    public boolean due(Instant now) {
        return !inFlight && !now.isBefore(nextAt());
    }

    /// An attempt has started.
    public ProbeTrack started() {
        return new ProbeTrack(kind, probe, pace, true, successes, failures, verdict);
    }

    /// Whether a failure that is known now counts.
    public boolean counts(Instant now) {
        return !now.isBefore(pace.countsFrom());
    }

    /// An attempt's result. Once the probe has succeeded, the next attempt is a period after this
    /// one's due time, or after now when it took longer.
    public ProbeTrack finished(ProbeResult result, Instant now) {
        boolean eager = !pace.early().isZero() && !result.success();
        var next = eager ? pace.soon(now, period(probe)) : pace.steady(now, period(probe));
        if (!result.success() && !counts(now)) {
            return new ProbeTrack(kind, probe, next, false, successes, failures, verdict);
        }
        int inRow = result.success() ? successes + 1 : 0;
        int failedInRow = result.success() ? 0 : failures + 1;
        var reached = verdict;
        if (result.success() && inRow >= successThreshold()) {
            reached = Verdict.PASSING;
        } else if (!result.success() && failedInRow >= failureThreshold()) {
            reached = Verdict.FAILING;
        }
        return new ProbeTrack(kind, probe, next, false, inRow, failedInRow, reached);
    }

    /// The same probe, to begin at `from`: readiness and liveness wait until the startup probe has
    /// passed.
    public ProbeTrack delayedUntil(Instant from) {
        if (!from.isAfter(nextAt())) {
            return this;
        }
        var later = Pace.from(from, !pace.early().isZero(), period(probe));
        return new ProbeTrack(kind, probe, later, inFlight, successes, failures, verdict);
    }

    /// The same probe, known to have passed before anybody watched.
    public ProbeTrack passed() {
        return new ProbeTrack(kind, probe, pace, false, 0, 0, Verdict.PASSING);
    }

    /// The time that one attempt may take.
    public Duration timeout() {
        return Duration.ofSeconds(probe.getTimeoutSeconds() > 0 ? probe.getTimeoutSeconds() : 1);
    }

    private static Duration period(Probe probe) {
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

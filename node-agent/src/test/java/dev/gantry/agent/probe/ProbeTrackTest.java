package dev.gantry.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.core.v1.Probe;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeTrackTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final ProbeResult FAILED = ProbeResult.failed("no answer");

    private static ProbeTrack track(ProbeKind kind, int period, int failures) {
        var probe = Probe.newBuilder().setPeriodSeconds(period).setFailureThreshold(failures);
        return ProbeTrack.begin(kind, probe.build(), START);
    }

    /// Fails each attempt at once until `end`; the times of all attempts, in milliseconds.
    private static List<Long> failing(ProbeTrack from, Duration end) {
        var times = new ArrayList<Long>();
        var track = from;
        while (track.nextAt().isBefore(START.plus(end))) {
            var at = track.nextAt();
            times.add(Duration.between(START, at).toMillis());
            track = track.started().finished(FAILED, at);
        }
        return times;
    }

    @Test
    void untilTheFirstSuccessPausesDoubleUpToThePeriod() {
        var times = failing(track(ProbeKind.READINESS, 1, 3), Duration.ofSeconds(5));

        assertThat(times)
                .startsWith(0L, 10L, 30L, 70L, 150L, 310L, 630L, 1_000L)
                .endsWith(2_000L, 3_000L, 4_000L);
    }

    @Test
    void livenessKeepsToThePeriod() {
        assertThat(failing(track(ProbeKind.LIVENESS, 2, 3), Duration.ofSeconds(7)))
                .containsExactly(0L, 2_000L, 4_000L, 6_000L);
    }

    @Test
    void earlyFailuresDoNotCount() {
        var track = track(ProbeKind.STARTUP, 2, 3);
        int counted = 0;
        while (track.verdict() == ProbeTrack.Verdict.UNKNOWN) {
            var at = track.nextAt();
            counted += track.counts(at) ? 1 : 0;
            track = track.started().finished(FAILED, at);
            if (track.verdict() == ProbeTrack.Verdict.FAILING) {
                assertThat(at).isEqualTo(START.plusSeconds(6));
            }
        }

        assertThat(track.verdict()).isEqualTo(ProbeTrack.Verdict.FAILING);
        assertThat(counted).isEqualTo(3);
    }

    @Test
    void attemptsThatTakeLongCountOnceAPeriodToo() {
        var track = track(ProbeKind.READINESS, 1, 3);
        var end = START.plusMillis(900);
        track = track.started().finished(FAILED, end);
        assertThat(track.failures()).isZero();
        assertThat(track.nextAt()).isEqualTo(START.plusMillis(910));

        track = track.started().finished(FAILED, START.plusMillis(3_500));

        assertThat(track.failures()).isEqualTo(1);
        assertThat(track.counts(START.plusMillis(3_999))).isFalse();
        assertThat(track.counts(START.plusMillis(4_000))).isTrue();
    }

    @Test
    void afterTheFirstSuccessThePeriodIsKept() {
        var track = track(ProbeKind.READINESS, 5, 2);
        track = track.started().finished(FAILED, START);
        track = track.started().finished(ProbeResult.passed(), START.plusMillis(12));
        assertThat(track.verdict()).isEqualTo(ProbeTrack.Verdict.PASSING);
        assertThat(track.nextAt()).isEqualTo(START.plusMillis(5_010));

        track = track.started().finished(FAILED, START.plusMillis(5_011));

        assertThat(track.failures()).isEqualTo(1);
        assertThat(track.nextAt()).isEqualTo(START.plusMillis(10_010));
        assertThat(track.started().finished(FAILED, START.plusMillis(10_011)).verdict())
                .isEqualTo(ProbeTrack.Verdict.FAILING);
    }

    @Test
    void delayedProbeStartsItsHasteAnew() {
        var late = START.plusSeconds(60);
        var track = track(ProbeKind.READINESS, 1, 1).delayedUntil(late);

        track = track.started().finished(FAILED, late);

        assertThat(track.failures()).isZero();
        assertThat(track.nextAt()).isEqualTo(late.plusMillis(10));
    }
}

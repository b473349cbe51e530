package dev.gantry.agent.pod;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// What a container remembers from run to run.
///
/// @param attempt the number of this or the next run, from 0: what Kubernetes calls the restart
///   count
/// @param crashes ends in a row, which the restart back-off counts
/// @param blocks failed pulls or launches in a row, which their back-off counts
/// @param last how the latest run ended
/// @param previous how the run before that ended
public record History(
        int attempt,
        int crashes,
        int blocks,
        Optional<Termination> last,
        Optional<Termination> previous,
        RunImage image) {

    private static final Duration BACKOFF_FIRST = Duration.ofSeconds(10);
    private static final Duration BACKOFF_MAX = Duration.ofMinutes(5);
    // A run this long makes the back-off start anew (Kubernetes: twice the longest back-off).
    private static final Duration BACKOFF_RESET = Duration.ofMinutes(10);

    /// The image of the latest run.
    ///
    /// @param id of the image's manifest or config; empty while unknown
    /// @param stopSignal as the image says it; empty for TERM
    public record RunImage(String name, String id, String stopSignal) {
        static final RunImage NONE = new RunImage("", "", "");
    }

    static final History NEW =
            new History(0, 0, 0, Optional.empty(), Optional.empty(), RunImage.NONE);

    /// The delay after this many failures in a row: 10 s, doubled up to five minutes.
    static Duration backoff(int failures) {
        if (failures <= 0) {
            return Duration.ZERO;
        }
        var delay = BACKOFF_FIRST.multipliedBy(1L << Math.min(failures - 1, 10));
        return delay.compareTo(BACKOFF_MAX) > 0 ? BACKOFF_MAX : delay;
    }

    /// The history after a run has ended.
    History ended(Termination termination) {
        var ran = Duration.between(termination.startedAt(), termination.finishedAt());
        int counted = ran.compareTo(BACKOFF_RESET) > 0 ? 0 : crashes;
        return new History(attempt, counted + 1, 0, Optional.of(termination), last, image);
    }

    /// When the next run may start, after [#ended(Termination)]: the first restart comes at once.
    Instant restartAt() {
        return last.map(t -> t.finishedAt().plus(backoff(crashes - 1))).orElse(Instant.EPOCH);
    }

    /// The next run begins.
    History restarted() {
        return new History(attempt + 1, crashes, blocks, last, previous, image);
    }

    /// A pull or launch failed.
    History blocked() {
        return new History(attempt, crashes, blocks + 1, last, previous, image);
    }

    /// The image was found or pulled.
    History withImage(RunImage found) {
        return new History(attempt, crashes, blocks, last, previous, found);
    }

    /// The process runs.
    History launched() {
        return new History(attempt, crashes, 0, last, previous, image);
    }
}

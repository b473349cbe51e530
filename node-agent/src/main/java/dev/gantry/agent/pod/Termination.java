package dev.gantry.agent.pod;

import java.time.Instant;

/// How one run of a container ended.
///
/// @param id the container's id
/// @param exitCode what the process gave, or 128 + signal
/// @param signal the signal that ended it, 0 for none
/// @param reason Completed, Error, OOMKilled, ContainerCannotRun, ContainerStatusUnknown
/// @param message what the container left in its termination message file, or why it could not run
public record Termination(
        String id,
        int exitCode,
        int signal,
        String reason,
        String message,
        Instant startedAt,
        Instant finishedAt) {

    static final String COMPLETED = "Completed";
    static final String ERROR = "Error";
    static final String OOM_KILLED = "OOMKilled";
    static final String CANNOT_RUN = "ContainerCannotRun";
    static final String UNKNOWN = "ContainerStatusUnknown";

    /// Whether the run counts as a success.
    public boolean success() {
        return exitCode == 0;
    }

    /// A container of which nothing is left: the node went down, or it was killed behind the
    /// agent's back.
    static Termination lost(String id, Instant startedAt, Instant now) {
        return new Termination(
                id,
                137,
                0,
                UNKNOWN,
                "The container could not be located when the agent started",
                startedAt,
                now);
    }
}

package dev.gantry.agent.pod;

/// A container's program could not be started (`exec /bin/nope: no such file or directory`): it
/// counts as a run that failed, so the restart policy applies.
public final class CannotRunException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int exitCode;

    /// @param exitCode 127 for a program that is missing, 126 for one that cannot be executed, 128
    ///   else
    public CannotRunException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /// As shells count.
    public int exitCode() {
        return exitCode;
    }
}

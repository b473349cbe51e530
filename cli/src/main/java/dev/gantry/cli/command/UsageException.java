package dev.gantry.cli.command;

/// The command line makes no sense. The message says why; exit code 2.
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UsageException(String message) {
        super(message);
    }
}

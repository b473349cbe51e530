package dev.gantry.cli.session;

/// A command cannot do what was asked. The message is for the user, one thing a line.
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    public CommandException(String message) {
        this(message, 1);
    }

    public CommandException(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}

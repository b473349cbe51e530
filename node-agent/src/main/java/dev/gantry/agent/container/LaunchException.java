package dev.gantry.agent.container;

/// A program could not be started; the message says in plain words what was attempted and on what,
/// such as `exec /bin/nope: no such file or directory`.
public final class LaunchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String stage;
    private final int errno;

    public LaunchException(String stage, int errno, String message) {
        super(message);
        this.stage = stage;
        this.errno = errno;
    }

    /// What was attempted: one word, such as `exec`, `workdir`, `mount`, `spec`.
    public String stage() {
        return stage;
    }

    /// The kernel's error number; 0 when it was not the kernel that refused.
    public int errno() {
        return errno;
    }

    /// Whether another attempt may succeed as things are: want of memory, files or processes.
    public boolean retryable() {
        return switch (errno) {
            case 4, 11, 12, 16, 23, 24, 28 -> true;
            default -> false;
        };
    }

    /// Whether the program itself is what is wrong: it is missing or cannot be executed. Docker
    /// exits with 127 and 126 then.
    public boolean program() {
        return stage.equals("exec");
    }
}

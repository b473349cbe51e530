package dev.gantry.agent.sys;

/// A system call that the kernel refused.
public final class SyscallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /// @param attempt what was attempted and on what, such as `mount /x`
    public SyscallException(String attempt, int errno) {
        super(attempt + ": " + Errno.describe(errno));
        this.errno = errno;
    }

    /// The kernel's error number, one of [Errno].
    public int errno() {
        return errno;
    }

    /// Whether another attempt may succeed as things are.
    public boolean retryable() {
        return Errno.retryable(errno);
    }
}

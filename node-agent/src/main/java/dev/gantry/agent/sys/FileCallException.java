package dev.gantry.agent.sys;

import java.io.IOException;

/// A file system call that the kernel refused.
public final class FileCallException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    FileCallException(String call, int errno) {
        super(call + ": " + meaning(errno));
        this.errno = errno;
    }

    /// See errno(3).
    public int errno() {
        return errno;
    }

    private static String meaning(int errno) {
        return switch (errno) {
            case FileCalls.EPERM -> "operation not permitted";
            case FileCalls.ENOENT -> "no such file or directory";
            case 5 -> "input/output error";
            case 13 -> "permission denied";
            case FileCalls.EEXIST -> "file exists";
            case FileCalls.ENOTDIR -> "not a directory";
            case FileCalls.EISDIR -> "is a directory";
            case FileCalls.EINVAL -> "invalid argument";
            case 24 -> "too many open files";
            case 27 -> "file too large";
            case FileCalls.ENOSPC -> "no space left on device";
            case 30 -> "read-only file system";
            case 31 -> "too many links";
            case 36 -> "file name too long";
            case FileCalls.ELOOP -> "too many symbolic links";
            case FileCalls.EOPNOTSUPP -> "operation not supported";
            case FileCalls.EDQUOT -> "disk quota exceeded";
            default -> "error " + errno;
        };
    }
}

package dev.gantry.agent.sys;

import java.util.LinkedHashMap;
import java.util.Map;

/// The kernel's error numbers (errno(3)), the same on every architecture that Gantry runs on, and
/// what they mean in plain words.
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EBADF = 9;
    public static final int ECHILD = 10;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EINVAL = 22;
    public static final int EMFILE = 24;
    public static final int ENOSPC = 28;
    public static final int ENOSYS = 38;
    public static final int ENOTEMPTY = 39;
    public static final int ELOOP = 40;
    public static final int EOPNOTSUPP = 95;

    private static final Map<Integer, String> WORDS = words();

    private Errno() {}

    /// The number's meaning, lower case, without a period.
    public static String describe(int errno) {
        return WORDS.getOrDefault(errno, "error " + errno);
    }

    /// Whether the same call may succeed later: interrupted, or short of something that comes back.
    public static boolean retryable(int errno) {
        return switch (errno) {
            case EINTR, EAGAIN, ENOMEM, EBUSY, 23, EMFILE, ENOSPC, 122 -> true;
            default -> false;
        };
    }

    private static Map<Integer, String> words() {
        var words = new LinkedHashMap<Integer, String>();
        words.put(0, "refused");
        words.put(EPERM, "operation not permitted");
        words.put(ENOENT, "no such file or directory");
        words.put(ESRCH, "no such process");
        words.put(EINTR, "interrupted");
        words.put(5, "input/output error");
        words.put(7, "argument list too long");
        words.put(8, "exec format error");
        words.put(EBADF, "bad file descriptor");
        words.put(ECHILD, "no child processes");
        words.put(EAGAIN, "resource temporarily unavailable");
        words.put(ENOMEM, "out of memory");
        words.put(EACCES, "permission denied");
        words.put(EBUSY, "device or resource busy");
        words.put(EEXIST, "file exists");
        words.put(EXDEV, "crosses into another file system");
        words.put(ENODEV, "no such device");
        words.put(ENOTDIR, "not a directory");
        words.put(21, "is a directory");
        words.put(EINVAL, "invalid argument");
        words.put(23, "too many open files on this machine");
        words.put(EMFILE, "too many open files");
        words.put(26, "text file busy");
        words.put(27, "file too large");
        words.put(ENOSPC, "no space left on device");
        words.put(30, "read-only file system");
        words.put(31, "too many links");
        words.put(32, "broken pipe");
        words.put(36, "file name too long");
        words.put(ENOSYS, "not supported by this kernel");
        words.put(ENOTEMPTY, "directory not empty");
        words.put(ELOOP, "symbolic link not allowed here");
        words.put(61, "no data available");
        words.put(75, "value too large");
        words.put(EOPNOTSUPP, "operation not supported");
        words.put(98, "address already in use");
        words.put(110, "timed out");
        words.put(111, "connection refused");
        words.put(122, "disk quota exceeded");
        return words;
    }
}

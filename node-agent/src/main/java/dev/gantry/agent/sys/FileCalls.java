package dev.gantry.agent.sys;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The `*at` calls of the kernel: what java.nio cannot say about owners, devices, links and
/// descriptors of directories. Names are byte strings: each `char` of a name is one byte (ISO
/// 8859-1), because file names have no encoding. No call follows a symbolic link in its last
/// component unless it says so. Any thread may call.
public final class FileCalls {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EEXIST = 17;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENOSPC = 28;
    public static final int ELOOP = 40;
    public static final int EOPNOTSUPP = 95;
    public static final int EDQUOT = 122;

    public static final int TYPE_MASK = 0170000;
    public static final int TYPE_FIFO = 0010000;
    public static final int TYPE_CHARACTER = 0020000;
    public static final int TYPE_DIRECTORY = 0040000;
    public static final int TYPE_BLOCK = 0060000;
    public static final int TYPE_REGULAR = 0100000;
    public static final int TYPE_SYMLINK = 0120000;

    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int O_RDONLY = 0;
    private static final int O_WRONLY = 1;
    private static final int O_CREAT = 0100;
    private static final int O_EXCL = 0200;
    private static final int O_NONBLOCK = 04000;
    // These two differ between x86-64 and arm64 (asm/fcntl.h).
    private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
    private static final int O_DIRECTORY = ARM ? 040000 : 0200000;
    private static final int O_NOFOLLOW = ARM ? 0100000 : 0400000;
    private static final int O_CLOEXEC = 02000000;
    private static final int STATX_BASIC = 0x7ff;
    private static final int STATX_SIZE = 256;
    private static final int LINK_MAX = 4096;

    static {
        Native.register(FileCalls.class, (String) null);
    }

    private FileCalls() {}

    /// What statx(2) says.
    public record Status(
            int mode, int uid, int gid, long inode, long device, long size, int links, long rdev) {
        /// One of the `TYPE_` constants.
        public int type() {
            return mode & TYPE_MASK;
        }
    }

    /// Opens a directory of the host by its ordinary path; the caller closes it.
    public static int openDirectory(String path) throws FileCallException {
        byte[] bytes = (path + '\0').getBytes(StandardCharsets.UTF_8);
        return opened("open " + path, AT_FDCWD, bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    }

    /// Opens a directory below another; a symbolic link is refused with ENOTDIR.
    public static int openDirectoryAt(int directory, String name) throws FileCallException {
        int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        return opened("open", directory, bytes(name), flags, 0);
    }

    /// Opens what is there for reading its attributes and changing them; never blocks on a fifo.
    public static int openAt(int directory, String name) throws FileCallException {
        int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
        return opened("open", directory, bytes(name), flags, 0);
    }

    /// Makes a new file, mode 0600, for writing; EEXIST when there is anything of that name.
    public static int createAt(int directory, String name) throws FileCallException {
        int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        return opened("create", directory, bytes(name), flags, 0600);
    }

    private static int opened(String call, int directory, byte[] name, int flags, int mode)
            throws FileCallException {
        try {
            return openat(directory, name, flags, mode);
        } catch (LastErrorException e) {
            throw new FileCallException(call, e.getErrorCode());
        }
    }

    /// Closes; an error is of no consequence to a reader and is not told.
    public static void closeQuietly(int descriptor) {
        try {
            close(descriptor);
        } catch (LastErrorException e) {
            // The descriptor is gone in any case (close(2)).
            return;
        }
    }

    public static void makeDirectoryAt(int directory, String name, int mode)
            throws FileCallException {
        call("mkdir", () -> mkdirat(directory, bytes(name), mode));
    }

    /// @param mode type and permissions
    /// @param major of the device, 0 for a fifo
    public static void makeNodeAt(int directory, String name, int mode, int major, int minor)
            throws FileCallException {
        long device =
                ((major & 0xfffff000L) << 32)
                        | ((major & 0xfffL) << 8)
                        | ((minor & 0xffffff00L) << 12)
                        | (minor & 0xffL);
        call("mknod", () -> mknodat(directory, bytes(name), mode, new NativeLong(device)));
    }

    public static void makeSymlinkAt(int directory, String name, String target)
            throws FileCallException {
        call("symlink", () -> symlinkat(bytes(target), directory, bytes(name)));
    }

    /// A hard link; to the symbolic link itself where the old name is one.
    public static void linkAt(int oldDirectory, String oldName, int directory, String name)
            throws FileCallException {
        call("link", () -> linkat(oldDirectory, bytes(oldName), directory, bytes(name), 0));
    }

    public static void unlinkAt(int directory, String name) throws FileCallException {
        call("unlink", () -> unlinkat(directory, bytes(name), 0));
    }

    public static void removeDirectoryAt(int directory, String name) throws FileCallException {
        call("rmdir", () -> unlinkat(directory, bytes(name), AT_REMOVEDIR));
    }

    /// The target of a symbolic link; EINVAL when it is not one.
    public static String readLinkAt(int directory, String name) throws FileCallException {
        byte[] buffer = new byte[LINK_MAX];
        try {
            NativeLong length =
                    readlinkat(directory, bytes(name), buffer, new NativeLong(buffer.length));
            return new String(buffer, 0, length.intValue(), StandardCharsets.ISO_8859_1);
        } catch (LastErrorException e) {
            throw new FileCallException("readlink", e.getErrorCode());
        }
    }

    public static Status statusAt(int directory, String name) throws FileCallException {
        return status(directory, bytes(name), AT_SYMLINK_NOFOLLOW);
    }

    public static Status status(int descriptor) throws FileCallException {
        return status(descriptor, bytes(""), AT_EMPTY_PATH);
    }

    private static Status status(int directory, byte[] name, int flags) throws FileCallException {
        byte[] buffer = new byte[STATX_SIZE];
        call("statx", () -> statx(directory, name, flags, STATX_BASIC, buffer));
        ByteBuffer statx = ByteBuffer.wrap(buffer).order(ByteOrder.nativeOrder());
        // struct statx of linux/stat.h.
        return new Status(
                statx.getShort(28) & 0xffff,
                statx.getInt(20),
                statx.getInt(24),
                statx.getLong(32),
                ((long) statx.getInt(136) << 32) | (statx.getInt(140) & 0xffffffffL),
                statx.getLong(40),
                statx.getInt(16),
                ((long) statx.getInt(128) << 32) | (statx.getInt(132) & 0xffffffffL));
    }

    public static void changeOwner(int descriptor, int uid, int gid) throws FileCallException {
        call("chown", () -> fchown(descriptor, uid, gid));
    }

    public static void changeOwnerAt(int directory, String name, int uid, int gid)
            throws FileCallException {
        call("chown", () -> fchownat(directory, bytes(name), uid, gid, AT_SYMLINK_NOFOLLOW));
    }

    public static void changeMode(int descriptor, int mode) throws FileCallException {
        call("chmod", () -> fchmod(descriptor, mode));
    }

    /// Follows a symbolic link: only for a name that the caller has just made as something else.
    public static void changeModeAt(int directory, String name, int mode) throws FileCallException {
        call("chmod", () -> fchmodat(directory, bytes(name), mode, 0));
    }

    public static void setAttribute(int descriptor, String name, byte[] value)
            throws FileCallException {
        NativeLong size = new NativeLong(value.length);
        byte[] content = value.length == 0 ? new byte[1] : value;
        call("setxattr", () -> fsetxattr(descriptor, bytes(name), content, size, 0));
    }

    /// Sets both times of an open file.
    public static void setTime(int descriptor, long seconds, int nanos) throws FileCallException {
        long[] times = {seconds, nanos, seconds, nanos};
        call("utimens", () -> futimens(descriptor, times));
    }

    public static void setTimeAt(int directory, String name, long seconds, int nanos)
            throws FileCallException {
        long[] times = {seconds, nanos, seconds, nanos};
        call("utimens", () -> utimensat(directory, bytes(name), times, AT_SYMLINK_NOFOLLOW));
    }

    /// Writes all of a direct buffer's first bytes at an offset.
    public static void write(int descriptor, ByteBuffer direct, int length, long offset)
            throws FileCallException {
        int done = 0;
        while (done < length) {
            ByteBuffer rest = direct.slice(done, length - done);
            try {
                NativeLong count = new NativeLong(length - done);
                done += pwrite(descriptor, rest, count, offset + done).intValue();
            } catch (LastErrorException e) {
                throw new FileCallException("write", e.getErrorCode());
            }
        }
    }

    public static void truncate(int descriptor, long size) throws FileCallException {
        call("truncate", () -> ftruncate(descriptor, size));
    }

    /// Writes back all of the file system that holds the descriptor.
    public static void syncFileSystem(int descriptor) throws FileCallException {
        call("syncfs", () -> syncfs(descriptor));
    }

    public static void sync(int descriptor) throws FileCallException {
        call("fsync", () -> fsync(descriptor));
    }

    private interface Call {
        int run();
    }

    private static void call(String name, Call call) throws FileCallException {
        try {
            int ignored = call.run();
            assert ignored == 0;
        } catch (LastErrorException e) {
            throw new FileCallException(name, e.getErrorCode());
        }
    }

    private static byte[] bytes(String name) {
        return (name + '\0').getBytes(StandardCharsets.ISO_8859_1);
    }

    private static native int openat(int directory, byte[] name, int flags, int mode)
            throws LastErrorException;

    private static native int close(int descriptor) throws LastErrorException;

    private static native int mkdirat(int directory, byte[] name, int mode)
            throws LastErrorException;

    private static native int mknodat(int directory, byte[] name, int mode, NativeLong device)
            throws LastErrorException;

    private static native int symlinkat(byte[] target, int directory, byte[] name)
            throws LastErrorException;

    private static native int linkat(
            int oldDirectory, byte[] oldName, int directory, byte[] name, int flags)
            throws LastErrorException;

    private static native int unlinkat(int directory, byte[] name, int flags)
            throws LastErrorException;

    private static native NativeLong readlinkat(
            int directory, byte[] name, byte[] buffer, NativeLong size) throws LastErrorException;

    private static native int statx(int directory, byte[] name, int flags, int mask, byte[] buffer)
            throws LastErrorException;

    private static native int fchown(int descriptor, int uid, int gid) throws LastErrorException;

    private static native int fchownat(int directory, byte[] name, int uid, int gid, int flags)
            throws LastErrorException;

    private static native int fchmod(int descriptor, int mode) throws LastErrorException;

    private static native int fchmodat(int directory, byte[] name, int mode, int flags)
            throws LastErrorException;

    private static native int fsetxattr(
            int descriptor, byte[] name, byte[] value, NativeLong size, int flags)
            throws LastErrorException;

    private static native int utimensat(int directory, byte[] name, long[] times, int flags)
            throws LastErrorException;

    private static native int futimens(int descriptor, long[] times) throws LastErrorException;

    private static native NativeLong pwrite(
            int descriptor, ByteBuffer buffer, NativeLong count, long offset)
            throws LastErrorException;

    private static native int ftruncate(int descriptor, long size) throws LastErrorException;

    private static native int syncfs(int descriptor) throws LastErrorException;

    private static native int fsync(int descriptor) throws LastErrorException;
}

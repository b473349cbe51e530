package dev.gantry.agent.sys;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/// [Syscalls] through JNA's direct mapping of the C library.
public final class LinuxSyscalls implements Syscalls {
    private static final int F_ADD_SEALS = 1033;
    private static final int SEALS_ALL = 0x1 | 0x2 | 0x4 | 0x8;
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int MFD_EXEC = 16;
    private static final int P_PIDFD = 3;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int SIGINFO_BYTES = 128;
    private static final int POLLIN = 1;
    private static final int POLLOUT = 4;
    private static final int F_SETFL = 4;
    private static final int SPAWN_SETSIGMASK = 8;

    @Override
    public int spawn(
            String path, List<String> argv, List<String> env, List<Descriptor> descriptors) {
        var actions = new Memory(256);
        var attributes = new Memory(512);
        var mask = new Memory(128);
        mask.clear();
        Libc.posix_spawn_file_actions_init(actions);
        Libc.posix_spawnattr_init(attributes);
        Libc.posix_spawnattr_setflags(attributes, (short) SPAWN_SETSIGMASK);
        Libc.posix_spawnattr_setsigmask(attributes, mask);
        for (Descriptor d : descriptors) {
            Libc.posix_spawn_file_actions_adddup2(actions, d.ours(), d.theirs());
        }
        var keep = new ArrayList<Memory>();
        int[] pid = new int[1];
        int error =
                Libc.posix_spawn(
                        pid, path, actions, attributes, vector(argv, keep), vector(env, keep));
        Libc.posix_spawn_file_actions_destroy(actions);
        Libc.posix_spawnattr_destroy(attributes);
        keep.forEach(Memory::close);
        if (error != 0) {
            throw new SyscallException("spawn " + path, error);
        }
        return pid[0];
    }

    private static Memory vector(List<String> strings, List<Memory> keep) {
        var vector = new Memory((strings.size() + 1L) * Native.POINTER_SIZE);
        keep.add(vector);
        for (int i = 0; i < strings.size(); i++) {
            byte[] bytes = strings.get(i).getBytes(StandardCharsets.UTF_8);
            var copy = new Memory(bytes.length + 1L);
            copy.write(0, bytes, 0, bytes.length);
            copy.setByte(bytes.length, (byte) 0);
            keep.add(copy);
            vector.setPointer((long) i * Native.POINTER_SIZE, copy);
        }
        vector.setPointer((long) strings.size() * Native.POINTER_SIZE, null);
        return vector;
    }

    @Override
    public int open(String path, int flags, int mode) {
        return openat(AT_FDCWD, path, flags, mode);
    }

    @Override
    public int openat(int directory, String path, int flags, int mode) {
        int fd = Libc.openat(directory, path, flags | O_CLOEXEC, mode);
        return check(fd, "open", path);
    }

    @Override
    public int openat2(int directory, String path, long flags, long mode, long resolve) {
        try (var how = new Memory(24)) {
            how.setLong(0, flags | O_CLOEXEC);
            how.setLong(8, mode);
            how.setLong(16, resolve);
            long fd;
            do {
                fd = Libc.syscall(Numbers.OPENAT2, directory, path, how, 24L).longValue();
            } while (fd < 0 && Native.getLastError() == Errno.EAGAIN);
            return check((int) fd, "open", path);
        }
    }

    @Override
    public void close(int fd) {
        Libc.close(fd);
    }

    @Override
    public int[] pipe() {
        int[] ends = new int[2];
        check(Libc.pipe2(ends, O_CLOEXEC), "pipe", "");
        return ends;
    }

    @Override
    public int memfd(String name) {
        int fd = Libc.memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
        if (fd < 0 && Native.getLastError() == Errno.EINVAL) {
            fd = Libc.memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        }
        return check(fd, "memfd", name);
    }

    @Override
    public void seal(int fd) {
        check(Libc.fcntl(fd, F_ADD_SEALS, SEALS_ALL), "seal", "");
    }

    @Override
    public void write(int fd, byte[] bytes) {
        byte[] rest = bytes;
        while (rest.length > 0) {
            int n = Libc.write(fd, rest, new NativeLong(rest.length)).intValue();
            if (n < 0 && Native.getLastError() == Errno.EINTR) {
                continue;
            }
            check(n, "write", "");
            rest = Arrays.copyOfRange(rest, n, rest.length);
        }
    }

    @Override
    public int read(int fd, byte[] into) {
        int n;
        do {
            n = Libc.read(fd, into, new NativeLong(into.length)).intValue();
        } while (n < 0 && Native.getLastError() == Errno.EINTR);
        return check(n, "read", "");
    }

    @Override
    public void nonblocking(int fd) {
        // The access mode is not looked at, and no other flag is used on pipes.
        check(Libc.fcntl(fd, F_SETFL, O_NONBLOCK), "set the flags of a descriptor", "");
    }

    @Override
    public int readSome(int fd, byte[] into) {
        int n;
        do {
            n = Libc.read(fd, into, new NativeLong(into.length)).intValue();
        } while (n < 0 && Native.getLastError() == Errno.EINTR);
        return some(n, "read");
    }

    @Override
    public int writeSome(int fd, byte[] bytes) {
        int n;
        do {
            n = Libc.write(fd, bytes, new NativeLong(bytes.length)).intValue();
        } while (n < 0 && Native.getLastError() == Errno.EINTR);
        return some(n, "write");
    }

    private static int some(int n, String what) {
        return n < 0 && Native.getLastError() == Errno.EAGAIN ? -1 : check(n, what, "");
    }

    @Override
    public void fsync(int fd) {
        check(Libc.fsync(fd), "fsync", "");
    }

    @Override
    public boolean flock(int fd, int operation) {
        int result;
        do {
            result = Libc.flock(fd, operation);
        } while (result < 0 && Native.getLastError() == Errno.EINTR);
        if (result < 0 && Native.getLastError() == Errno.EAGAIN) {
            return false;
        }
        check(result, "flock", "");
        return true;
    }

    @Override
    public OptionalInt pidfdOpen(int pid) {
        int fd = Libc.syscall(Numbers.PIDFD_OPEN, pid, 0).intValue();
        if (fd < 0 && Native.getLastError() == Errno.ESRCH) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(check(fd, "pidfd_open", Integer.toString(pid)));
    }

    @Override
    public boolean pidfdSendSignal(int pidfd, int signal) {
        int result =
                Libc.syscall(Numbers.PIDFD_SEND_SIGNAL, pidfd, signal, Pointer.NULL, 0).intValue();
        if (result < 0 && Native.getLastError() == Errno.ESRCH) {
            return false;
        }
        check(result, "signal", Integer.toString(signal));
        return true;
    }

    @Override
    public OptionalInt waitPidfd(int pidfd, boolean block) {
        try (var end = new Memory(SIGINFO_BYTES)) {
            end.clear();
            int result;
            do {
                result = Libc.waitid(P_PIDFD, pidfd, end, WEXITED | (block ? 0 : WNOHANG));
            } while (result < 0 && Native.getLastError() == Errno.EINTR);
            if (result < 0 && Native.getLastError() == Errno.ECHILD) {
                return OptionalInt.empty();
            }
            check(result, "waitid", "");
            if (end.getInt(0) == 0) {
                return OptionalInt.empty();
            }
            int status = end.getInt(24);
            return OptionalInt.of(end.getInt(8) == 1 ? status : 128 + status);
        }
    }

    @Override
    public boolean[] poll(int[] fds, int timeoutMillis) {
        return poll(fds, new boolean[fds.length], timeoutMillis);
    }

    @Override
    public boolean[] poll(int[] fds, boolean[] writing, int timeoutMillis) {
        var ready = new boolean[fds.length];
        try (var polls = new Memory(Math.max(8L, 8L * fds.length))) {
            for (int i = 0; i < fds.length; i++) {
                polls.setInt(8L * i, fds[i]);
                polls.setInt(8L * i + 4, writing[i] ? POLLOUT : POLLIN);
            }
            int n = Libc.poll(polls, new NativeLong(fds.length), timeoutMillis);
            if (n < 0 && Native.getLastError() == Errno.EINTR) {
                return ready;
            }
            check(n, "poll", "");
            for (int i = 0; i < fds.length; i++) {
                ready[i] = polls.getShort(8L * i + 6) != 0;
            }
        }
        return ready;
    }

    @Override
    public int eventfd() {
        return check(Libc.eventfd(0, O_CLOEXEC | O_NONBLOCK), "eventfd", "");
    }

    @Override
    public void mount(String source, String target, String type, long flags, String data) {
        int result = Libc.mount(source, target, type, new NativeLong(flags), data);
        check(result, "mount", target);
    }

    @Override
    public boolean umount(String target, int flags) {
        int result = Libc.umount2(target, flags);
        if (result < 0
                && (Native.getLastError() == Errno.EINVAL
                        || Native.getLastError() == Errno.ENOENT)) {
            return false;
        }
        check(result, "unmount", target);
        return true;
    }

    @Override
    public int openTree(int directory, String path, int flags) {
        int fd = Libc.syscall(Numbers.OPEN_TREE, directory, path, flags | O_CLOEXEC).intValue();
        return check(fd, "open_tree", path);
    }

    @Override
    public void mountSetattr(int fd, boolean recursive, long set, long clear, int userNamespace) {
        try (var rule = new Memory(32)) {
            rule.setLong(0, set);
            rule.setLong(8, clear);
            rule.setLong(16, 0);
            rule.setLong(24, Math.max(userNamespace, 0));
            int flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
            int result = Libc.syscall(Numbers.MOUNT_SETATTR, fd, "", flags, rule, 32L).intValue();
            check(result, "mount_setattr", "");
        }
    }

    @Override
    public void moveMount(int from, String fromPath, int to, String toPath, int flags) {
        int result = Libc.syscall(Numbers.MOVE_MOUNT, from, fromPath, to, toPath, flags).intValue();
        check(result, "move_mount", toPath);
    }

    @Override
    public void setns(int fd, int kind) {
        check(Libc.setns(fd, kind), "setns", "");
    }

    @Override
    public void mkdirat(int directory, String path, int mode) {
        check(Libc.mkdirat(directory, path, mode), "mkdir", path);
    }

    @Override
    public void mknodat(int directory, String path, int mode, long device) {
        check(Libc.mknodat(directory, path, mode, device), "mknod", path);
    }

    @Override
    public void symlinkat(String target, int directory, String path) {
        check(Libc.symlinkat(target, directory, path), "symlink", path);
    }

    @Override
    public void linkat(int fromDirectory, String from, int toDirectory, String to, int flags) {
        check(Libc.linkat(fromDirectory, from, toDirectory, to, flags), "link", to);
    }

    @Override
    public void unlinkat(int directory, String path, int flags) {
        check(Libc.unlinkat(directory, path, flags), "unlink", path);
    }

    @Override
    public void renameat(int fromDirectory, String from, int toDirectory, String to) {
        check(Libc.renameat(fromDirectory, from, toDirectory, to), "rename", to);
    }

    @Override
    public void fchownat(int directory, String path, long uid, long gid, int flags) {
        check(Libc.fchownat(directory, path, (int) uid, (int) gid, flags), "chown", path);
    }

    @Override
    public void fchmod(int fd, int mode) {
        check(Libc.fchmod(fd, mode), "chmod", "");
    }

    @Override
    public void utimensat(int directory, String path, long seconds, long nanos, int flags) {
        try (var times = new Memory(32)) {
            for (int i = 0; i < 2; i++) {
                times.setLong(16L * i, seconds);
                times.setLong(16L * i + 8, nanos);
            }
            check(Libc.utimensat(directory, path, times, flags), "utimensat", path);
        }
    }

    @Override
    public void lsetxattr(String path, String name, byte[] value) {
        int result = Libc.lsetxattr(path, name, value, new NativeLong(value.length), 0);
        check(result, "lsetxattr " + name, path);
    }

    @Override
    public byte[] lgetxattr(String path, String name) {
        var room = new byte[65_536];
        int n = Libc.lgetxattr(path, name, room, new NativeLong(room.length)).intValue();
        if (n < 0 && Native.getLastError() == 61) {
            return new byte[0];
        }
        return Arrays.copyOf(room, check(n, "lgetxattr " + name, path));
    }

    @Override
    public void syncfs(int fd) {
        check(Libc.syncfs(fd), "syncfs", "");
    }

    private static int check(int result, String attempt, String subject) {
        if (result < 0) {
            int errno = Native.getLastError();
            throw new SyscallException(
                    subject.isEmpty() ? attempt : attempt + " " + subject, errno);
        }
        return result;
    }
}

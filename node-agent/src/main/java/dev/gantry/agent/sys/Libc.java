package dev.gantry.agent.sys;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/// The C library's functions, mapped directly. Names and arguments are C's.
final class Libc {
    static {
        Native.register(Libc.class, "c");
    }

    private Libc() {}

    static native int posix_spawn_file_actions_init(Pointer actions);

    static native int posix_spawn_file_actions_adddup2(Pointer actions, int from, int to);

    static native int posix_spawn_file_actions_destroy(Pointer actions);

    static native int posix_spawnattr_init(Pointer attributes);

    static native int posix_spawnattr_setflags(Pointer attributes, short flags);

    static native int posix_spawnattr_setsigmask(Pointer attributes, Pointer mask);

    static native int posix_spawnattr_destroy(Pointer attributes);

    static native int posix_spawn(
            int[] pid, String path, Pointer actions, Pointer attributes, Pointer argv, Pointer env);

    static native int openat(int directory, String path, int flags, int mode);

    static native int close(int fd);

    static native int pipe2(int[] ends, int flags);

    static native int memfd_create(String name, int flags);

    static native int fcntl(int fd, int command, int argument);

    static native NativeLong write(int fd, byte[] bytes, NativeLong size);

    static native NativeLong read(int fd, byte[] bytes, NativeLong size);

    static native int fsync(int fd);

    static native int syncfs(int fd);

    static native int flock(int fd, int operation);

    static native int waitid(int kind, int id, Pointer end, int options);

    static native int poll(Pointer polls, NativeLong count, int timeout);

    static native int eventfd(int initial, int flags);

    static native int mount(
            @Nullable String source,
            String target,
            @Nullable String type,
            NativeLong flags,
            @Nullable String data);

    static native int umount2(String target, int flags);

    static native int setns(int fd, int kind);

    static native int mkdirat(int directory, String path, int mode);

    static native int mknodat(int directory, String path, int mode, long device);

    static native int symlinkat(String target, int directory, String path);

    static native int linkat(int from, String fromPath, int to, String toPath, int flags);

    static native int unlinkat(int directory, String path, int flags);

    static native int renameat(int from, String fromPath, int to, String toPath);

    static native int fchownat(int directory, String path, int uid, int gid, int flags);

    static native int fchmod(int fd, int mode);

    static native int utimensat(int directory, String path, Pointer times, int flags);

    static native int lsetxattr(String path, String name, byte[] value, NativeLong size, int flags);

    static native NativeLong lgetxattr(String path, String name, byte[] room, NativeLong size);

    static native NativeLong syscall(
            long number, int directory, String path, Pointer how, long size);

    static native NativeLong syscall(long number, int pid, int flags);

    static native NativeLong syscall(
            long number, int fd, int signal, @Nullable Pointer siginfo, int flags);

    static native NativeLong syscall(long number, int directory, String path, int flags);

    static native NativeLong syscall(
            long number, int fd, String path, int flags, Pointer rule, long size);

    static native NativeLong syscall(
            long number, int from, String fromPath, int to, String toPath, int flags);
}

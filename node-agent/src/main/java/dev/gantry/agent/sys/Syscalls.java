package dev.gantry.agent.sys;

import java.util.List;
import java.util.OptionalInt;

/// The system calls that the agent makes, named and ordered as their manual pages have them. All
/// descriptors that are made close on exec. A refusal is a [SyscallException]. Blocking calls block
/// their carrier thread: use platform threads for them.
public interface Syscalls {
    /// `AT_FDCWD`: paths are relative to the working directory.
    int AT_FDCWD = -100;

    int AT_SYMLINK_NOFOLLOW = 0x100;
    int AT_EMPTY_PATH = 0x1000;
    int AT_RECURSIVE = 0x8000;
    int O_RDONLY = 0;
    int O_WRONLY = 1;
    int O_RDWR = 2;
    int O_CREAT = 0x40;
    int O_EXCL = 0x80;
    int O_NOCTTY = 0x100;
    int O_TRUNC = 0x200;
    int O_APPEND = 0x400;
    int O_NONBLOCK = 0x800;
    int O_DIRECTORY = OpenFlags.DIRECTORY;
    int O_NOFOLLOW = OpenFlags.NOFOLLOW;
    int O_CLOEXEC = 0x80000;
    int O_PATH = 0x200000;
    long RESOLVE_NO_XDEV = 0x01;
    long RESOLVE_NO_MAGICLINKS = 0x02;
    long RESOLVE_NO_SYMLINKS = 0x04;
    long RESOLVE_BENEATH = 0x08;
    long RESOLVE_IN_ROOT = 0x10;
    long MS_RDONLY = 1;
    long MS_NOSUID = 2;
    long MS_NODEV = 4;
    long MS_NOEXEC = 8;
    long MS_REMOUNT = 32;
    long MS_BIND = 4096;
    long MS_REC = 16384;
    long MS_PRIVATE = 1 << 18;
    int MNT_DETACH = 2;
    int OPEN_TREE_CLONE = 1;
    int MOVE_MOUNT_F_EMPTY_PATH = 4;
    int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    long MOUNT_ATTR_RDONLY = 1;
    long MOUNT_ATTR_NOSUID = 2;
    long MOUNT_ATTR_NODEV = 4;
    long MOUNT_ATTR_NOEXEC = 8;
    long MOUNT_ATTR_IDMAP = 0x100000;
    int CLONE_NEWNET = 0x40000000;
    int LOCK_EX = 2;
    int LOCK_NB = 4;
    int LOCK_UN = 8;
    int SIGKILL = 9;
    int SIGTERM = 15;

    /// Which descriptor of ours the new process gets under which number.
    record Descriptor(int ours, int theirs) {}

    /// posix_spawn(3): never copies this process. Signals are unblocked in the child.
    ///
    /// @return the new process
    int spawn(String path, List<String> argv, List<String> env, List<Descriptor> descriptors);

    /// open(2), with `O_CLOEXEC` added.
    int open(String path, int flags, int mode);

    /// openat(2), with `O_CLOEXEC` added.
    int openat(int directory, String path, int flags, int mode);

    /// openat2(2), with `O_CLOEXEC` added and tried again on `EAGAIN`.
    int openat2(int directory, String path, long flags, long mode, long resolve);

    void close(int fd);

    /// pipe2(2): the reading end, then the writing end.
    int[] pipe();

    /// memfd_create(2), sealable.
    int memfd(String name);

    /// Seals a memfd against every change: F_ADD_SEALS of fcntl(2).
    void seal(int fd);

    /// write(2), until all is written.
    void write(int fd, byte[] bytes);

    /// read(2); 0 at the end.
    int read(int fd, byte[] into);

    /// Makes [#readSome] and [#writeSome] return instead of waiting: F_SETFL of fcntl(2). It holds
    /// for all who share the descriptor's open file.
    void nonblocking(int fd);

    /// read(2) into the beginning of `into`: 0 at the end, -1 when there is nothing yet.
    int readSome(int fd, byte[] into);

    /// write(2) of the beginning of `bytes`: how many were taken, -1 when there is no room yet.
    int writeSome(int fd, byte[] bytes);

    void fsync(int fd);

    /// flock(2); false when `LOCK_NB` was asked and another holds it.
    boolean flock(int fd, int operation);

    /// pidfd_open(2); empty when there is no such process.
    OptionalInt pidfdOpen(int pid);

    /// pidfd_send_signal(2); false when the process is gone.
    boolean pidfdSendSignal(int pidfd, int signal);

    /// waitid(2) for one child: its exit code (128 + signal when one ended it); empty when it still
    /// runs and `block` is not set, or when it is no child of ours.
    OptionalInt waitPidfd(int pidfd, boolean block);

    /// poll(2) for reading: bit i of the result is set when `fds[i]` is ready or hung up. At most
    /// `fds.length` descriptors; `timeoutMillis` -1 waits for ever.
    boolean[] poll(int[] fds, int timeoutMillis);

    /// As [#poll(int[], int)], for room to write where `writing` says so.
    boolean[] poll(int[] fds, boolean[] writing, int timeoutMillis);

    /// eventfd(2), for waking a [#poll].
    int eventfd();

    void mount(String source, String target, String type, long flags, String data);

    /// umount2(2); false when nothing is mounted there.
    boolean umount(String target, int flags);

    int openTree(int directory, String path, int flags);

    /// mount_setattr(2) with `AT_EMPTY_PATH` on a descriptor.
    void mountSetattr(int fd, boolean recursive, long set, long clear, int userNamespace);

    void moveMount(int from, String fromPath, int to, String toPath, int flags);

    /// setns(2) of the calling thread alone: a platform thread that ends afterwards.
    void setns(int fd, int kind);

    void mkdirat(int directory, String path, int mode);

    void mknodat(int directory, String path, int mode, long device);

    void symlinkat(String target, int directory, String path);

    void linkat(int fromDirectory, String from, int toDirectory, String to, int flags);

    void unlinkat(int directory, String path, int flags);

    void renameat(int fromDirectory, String from, int toDirectory, String to);

    void fchownat(int directory, String path, long uid, long gid, int flags);

    /// fchmod(2).
    void fchmod(int fd, int mode);

    /// utimensat(2) of the modification time; the access time gets the same.
    void utimensat(int directory, String path, long seconds, long nanos, int flags);

    void lsetxattr(String path, String name, byte[] value);

    /// lgetxattr(2); empty when there is no such attribute.
    byte[] lgetxattr(String path, String name);

    /// syncfs(2) of the file system that `fd` is on.
    void syncfs(int fd);
}

#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same numbers on every architecture that has them. */
enum { NR_OPEN_TREE = 428, NR_MOVE_MOUNT = 429, NR_FSOPEN = 430, NR_FSCONFIG = 431, NR_FSMOUNT = 432,
       NR_CLONE3 = 435, NR_CLOSE_RANGE = 436, NR_OPENAT2 = 437, NR_MOUNT_SETATTR = 442,
       NR_PIDFD_SEND_SIGNAL = 424 };

#define P_PIDFD_KIND 3

struct clone_arguments {
    uint64_t flags;
    uint64_t pidfd;
    uint64_t child_tid;
    uint64_t parent_tid;
    uint64_t exit_signal;
    uint64_t stack;
    uint64_t stack_size;
    uint64_t tls;
    uint64_t set_tid;
    uint64_t set_tid_size;
    uint64_t cgroup;
};

long k_clone(uint64_t flags, int *pidfd, int cgroup_fd)
{
    struct clone_arguments arguments = { .flags = flags, .exit_signal = SIGCHLD };
    if (pidfd != NULL) {
        arguments.flags |= CLONE3_PIDFD;
        arguments.pidfd = (uint64_t)(uintptr_t)pidfd;
    }
    if (cgroup_fd >= 0) {
        arguments.flags |= CLONE3_INTO_CGROUP;
        arguments.cgroup = (uint64_t)cgroup_fd;
    }
    return syscall(NR_CLONE3, &arguments, sizeof arguments);
}

int k_open_tree(int dir, const char *path, unsigned flags)
{
    return (int)syscall(NR_OPEN_TREE, dir, path, flags);
}

int k_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags)
{
    return (int)syscall(NR_MOVE_MOUNT, from, from_path, to, to_path, flags);
}

int k_mount_setattr(int fd, unsigned flags, const struct mount_rule *rule)
{
    return (int)syscall(NR_MOUNT_SETATTR, fd, "", flags | AT_EMPTY_PATH, rule, sizeof *rule);
}

int k_fsopen(const char *type)
{
    return (int)syscall(NR_FSOPEN, type, 1u /* close on exec */);
}

int k_fsconfig(int fd, unsigned command, const char *key, const char *value)
{
    return (int)syscall(NR_FSCONFIG, fd, command, key, value, 0);
}

int k_fsmount(int fd, unsigned attributes)
{
    return (int)syscall(NR_FSMOUNT, fd, 1u /* close on exec */, attributes);
}

int k_openat2(int dir, const char *path, const struct open_rule *rule)
{
    int fd;
    do {
        fd = (int)syscall(NR_OPENAT2, dir, path, rule, sizeof *rule);
    } while (fd < 0 && errno == EAGAIN); /* a rename raced with the look-up: openat2(2) says to try again */
    return fd;
}

int k_pivot_root(const char *root, const char *old)
{
    return (int)syscall(SYS_pivot_root, root, old);
}

int k_close_range(unsigned first, unsigned last)
{
    return (int)syscall(NR_CLOSE_RANGE, first, last, 0);
}

int k_setns(int fd, int kinds)
{
    return (int)syscall(SYS_setns, fd, kinds);
}

int k_waitid_pidfd(int pidfd, void *siginfo, int options)
{
    return (int)syscall(SYS_waitid, P_PIDFD_KIND, pidfd, siginfo, options, NULL);
}

int k_kill_pidfd(int pidfd, int signal)
{
    return (int)syscall(NR_PIDFD_SEND_SIGNAL, pidfd, signal, NULL, 0);
}

void close_others(int first, int keep)
{
    if (keep < first) {
        k_close_range((unsigned)first, UINT_MAX);
        return;
    }
    if (keep > first)
        k_close_range((unsigned)first, (unsigned)keep - 1);
    k_close_range((unsigned)keep + 1, UINT_MAX);
}

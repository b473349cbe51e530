/* The kernel's interfaces that C libraries do not wrap, or not all of them: numbers, structures and thin calls. */
#ifndef GANTRY_KERNEL_H
#define GANTRY_KERNEL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* clone(2), sched.h of the kernel */
#define NS_MOUNT 0x00020000
#define NS_CGROUP 0x02000000
#define NS_UTS 0x04000000
#define NS_IPC 0x08000000
#define NS_USER 0x10000000
#define NS_PID 0x20000000
#define NS_NET 0x40000000
#define CLONE3_PIDFD 0x00001000ULL
#define CLONE3_INTO_CGROUP 0x200000000ULL

/* open_tree(2), move_mount(2), mount_setattr(2), fsopen(2) */
#define TREE_CLONE 1u
#define TREE_CLOEXEC 02000000u
#define TREE_RECURSIVE 0x8000u
#define MOVE_FROM_EMPTY 0x4u
#define MOVE_TO_EMPTY 0x40u
#define ATTR_RDONLY 0x1u
#define ATTR_NOSUID 0x2u
#define ATTR_NODEV 0x4u
#define ATTR_NOEXEC 0x8u
#define ATTR_IDMAP 0x00100000u
#define FSCONFIG_FLAG 0u
#define FSCONFIG_STRING 1u
#define FSCONFIG_CREATE 6u

/* openat2(2) */
#define RESOLVE_XDEV 0x01u
#define RESOLVE_MAGICLINKS 0x02u
#define RESOLVE_SYMLINKS 0x04u
#define RESOLVE_BELOW 0x08u
#define RESOLVE_ROOT 0x10u

struct open_rule {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};

struct mount_rule {
    uint64_t set;
    uint64_t clear;
    uint64_t propagation;
    uint64_t userns_fd;
};

long k_clone(uint64_t flags, int *pidfd, int cgroup_fd);
int k_open_tree(int dir, const char *path, unsigned flags);
int k_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags);
int k_mount_setattr(int fd, unsigned flags, const struct mount_rule *rule);
int k_fsopen(const char *type);
int k_fsconfig(int fd, unsigned command, const char *key, const char *value);
int k_fsmount(int fd, unsigned attributes);
int k_openat2(int dir, const char *path, const struct open_rule *rule);
int k_pivot_root(const char *root, const char *old);
int k_close_range(unsigned first, unsigned last);
int k_setns(int fd, int kinds);
int k_waitid_pidfd(int pidfd, void *siginfo, int options);
int k_kill_pidfd(int pidfd, int signal);

/* Closes every descriptor from `first` but `keep` (-1: none). */
void close_others(int first, int keep);

#endif

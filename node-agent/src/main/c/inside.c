#include "inside.h"

#include "kernel.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const types[] = {
    [MOUNT_PROC] = "proc",     [MOUNT_SYSFS] = "sysfs", [MOUNT_MQUEUE] = "mqueue",   [MOUNT_DEVPTS] = "devpts",
    [MOUNT_TMPFS] = "tmpfs",   [MOUNT_CGROUP1] = "cgroup", [MOUNT_CGROUP2] = "cgroup2",
};

void join_cgroups(const int *fds, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (write(fds[i], "0", 1) != 1)
            fail("cgroup", "join");
        close(fds[i]);
    }
}

static int resolve(int root, const char *path, uint64_t flags)
{
    struct open_rule rule = { .flags = flags | O_CLOEXEC, .resolve = RESOLVE_ROOT | RESOLVE_MAGICLINKS };
    return k_openat2(root, path, &rule);
}

/* Makes one missing part of a path: its parent is there already. */
static void make_part(int root, const char *path, int file)
{
    char parent[PATH_BYTES_MAX];
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    const char *name = path + (slash - parent) + 1;
    slash[slash == parent] = 0;
    int dir = resolve(root, parent, O_PATH | O_DIRECTORY);
    if (dir < 0)
        fail("mount", path);
    int bad;
    if (file) {
        int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
        bad = fd < 0;
        if (!bad)
            close(fd);
    } else {
        bad = mkdirat(dir, name, 0755) != 0;
    }
    if (bad && errno != EEXIST)
        fail("mount", path);
    close(dir);
}

/* A descriptor of `path` below the root, no symbolic link leading out of it; what is missing is made. */
static int reach(int root, const char *path, int file)
{
    char prefix[PATH_BYTES_MAX];
    int fd = resolve(root, path, O_PATH);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    snprintf(prefix, sizeof prefix, "%s", path);
    size_t length = strlen(prefix);
    while (length > 1 && prefix[length - 1] == '/')
        prefix[--length] = 0;
    for (size_t i = 1; i <= length; i++) {
        if (prefix[i] != '/' && prefix[i] != 0)
            continue;
        char kept = prefix[i];
        prefix[i] = 0;
        fd = resolve(root, prefix, O_PATH);
        if (fd >= 0)
            close(fd);
        else if (errno == ENOENT)
            make_part(root, prefix, file && kept == 0);
        else
            return -1;
        prefix[i] = kept;
    }
    return resolve(root, path, O_PATH);
}

/* Options as mount(8) has them: `name=value` or `name`, with commas between. */
static int configure(int fs, const char *options)
{
    char text[PATH_BYTES_MAX];
    char *rest = text, *option;
    snprintf(text, sizeof text, "%s", options);
    while ((option = strsep(&rest, ",")) != NULL) {
        if (option[0] == 0)
            continue;
        char *value = strchr(option, '=');
        if (value != NULL)
            *value++ = 0;
        if (k_fsconfig(fs, value != NULL ? FSCONFIG_STRING : FSCONFIG_FLAG, option, value) != 0)
            return -1;
    }
    return 0;
}

static int fresh(const struct mount_entry *m)
{
    unsigned set = (m->flags & MF_RDONLY ? ATTR_RDONLY : 0) | (m->flags & MF_NOSUID ? ATTR_NOSUID : 0)
        | (m->flags & MF_NODEV ? ATTR_NODEV : 0) | (m->flags & MF_NOEXEC ? ATTR_NOEXEC : 0);
    int fs = k_fsopen(types[m->kind]);
    if (fs < 0)
        return -1;
    if (m->source[0] != 0)
        k_fsconfig(fs, FSCONFIG_STRING, "source", m->source);
    int fd = -1;
    if (configure(fs, m->options) == 0 && k_fsconfig(fs, FSCONFIG_CREATE, NULL, NULL) == 0)
        fd = k_fsmount(fs, set);
    close(fs);
    return fd;
}

/* /proc, /sys and /dev must be directories of the image: a link there would send masks and writes elsewhere. */
static int mount_point(int root, const struct mount_entry *m, int file)
{
    if (m->kind != MOUNT_PROC && m->kind != MOUNT_SYSFS && m->kind != MOUNT_DEV)
        return reach(root, m->target, file);
    struct open_rule rule = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_ROOT | RESOLVE_SYMLINKS };
    int fd = k_openat2(root, m->target, &rule);
    if (fd < 0 && errno == ENOENT)
        fd = reach(root, m->target, 0);
    return fd;
}

static void attach(int root, const struct mount_entry *m, int fd, int file)
{
    int made = fd < 0;
    if (made)
        fd = fresh(m);
    if (fd < 0) {
        if (m->flags & MF_OPTIONAL)
            return;
        fail("mount", m->target);
    }
    int target = mount_point(root, m, file);
    if (target < 0)
        fail("mount", m->target);
    if (k_move_mount(fd, "", target, "", MOVE_FROM_EMPTY | MOVE_TO_EMPTY) != 0)
        fail("mount", m->target);
    close(target);
    close(fd);
}

/* The null device that the shim made itself: the image has no say in what stands at /dev/null. */
static void mask_file(int root, int target, const char *path)
{
    int null = resolve(root, "/dev/null", O_PATH | O_NOFOLLOW);
    struct stat st;
    if (null < 0 || fstat(null, &st) != 0 || !S_ISCHR(st.st_mode))
        fail("mask", path);
    int fd = k_open_tree(null, "", TREE_CLONE | TREE_CLOEXEC | AT_EMPTY_PATH);
    if (fd < 0 || k_move_mount(fd, "", target, "", MOVE_FROM_EMPTY | MOVE_TO_EMPTY) != 0)
        fail("mask", path);
    close(fd);
    close(null);
}

static void mask_directory(int target, const char *path, int *empty)
{
    if (*empty < 0) {
        struct mount_entry m = { .kind = MOUNT_TMPFS, .flags = MF_RDONLY | MF_NOSUID | MF_NODEV | MF_NOEXEC,
                                 .source = "tmpfs", .options = "size=0,nr_inodes=2,mode=555" };
        *empty = fresh(&m);
        if (*empty < 0)
            fail("mask", path);
        if (k_move_mount(*empty, "", target, "", MOVE_FROM_EMPTY | MOVE_TO_EMPTY) != 0)
            fail("mask", path);
        return;
    }
    int fd = k_open_tree(*empty, "", TREE_CLONE | TREE_CLOEXEC | AT_EMPTY_PATH);
    if (fd < 0 || k_move_mount(fd, "", target, "", MOVE_FROM_EMPTY | MOVE_TO_EMPTY) != 0)
        fail("mask", path);
    close(fd);
}

static void mask_all(int root, const struct path_list *paths)
{
    int empty = -1;
    for (uint32_t i = 0; i < paths->count; i++) {
        struct stat st;
        int fd = resolve(root, paths->paths[i], O_PATH);
        if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
            continue;
        if (fd < 0 || fstat(fd, &st) != 0)
            fail("mask", paths->paths[i]);
        if (S_ISDIR(st.st_mode))
            mask_directory(fd, paths->paths[i], &empty);
        else
            mask_file(root, fd, paths->paths[i]);
        close(fd);
    }
    if (empty >= 0)
        close(empty);
}

static void read_only_all(int root, const struct path_list *paths)
{
    struct mount_rule rule = { .set = ATTR_RDONLY };
    for (uint32_t i = 0; i < paths->count; i++) {
        int target = resolve(root, paths->paths[i], O_PATH);
        if (target < 0 && (errno == ENOENT || errno == ENOTDIR))
            continue;
        if (target < 0)
            fail("readonly", paths->paths[i]);
        int fd = k_open_tree(target, "", TREE_CLONE | TREE_CLOEXEC | TREE_RECURSIVE | AT_EMPTY_PATH);
        if (fd < 0 || k_mount_setattr(fd, TREE_RECURSIVE, &rule) != 0
            || k_move_mount(fd, "", target, "", MOVE_FROM_EMPTY | MOVE_TO_EMPTY) != 0)
            fail("readonly", paths->paths[i]);
        close(fd);
        close(target);
    }
}

/* Written through a procfs of our own, which no mount of the image's can replace. */
static void write_sysctls(const struct launch *l)
{
    if (l->sysctl_count == 0)
        return;
    struct mount_entry m = { .kind = MOUNT_PROC, .flags = 0, .source = "proc", .options = "" };
    int proc = fresh(&m);
    if (proc < 0)
        fail("sysctl", l->sysctls[0].name);
    for (uint32_t i = 0; i < l->sysctl_count; i++) {
        char path[300];
        const struct sysctl_entry *s = &l->sysctls[i];
        struct open_rule rule = { .flags = O_WRONLY | O_CLOEXEC, .resolve = RESOLVE_BELOW | RESOLVE_SYMLINKS };
        snprintf(path, sizeof path, "sys/%s", s->name);
        int fd = k_openat2(proc, path, &rule);
        if (fd < 0 || write_all(fd, s->value, strlen(s->value)) != 0)
            fail("sysctl", s->name);
        close(fd);
    }
    close(proc);
}

static void become_root_inside(void)
{
    if (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setresgid, 0, 0, 0) != 0
        || syscall(SYS_setresuid, 0, 0, 0) != 0)
        fail("user", "root of the user namespace");
}

/* A missing working directory is made, as people expect; it belongs to root, as in Docker. */
static void make_work_directory(int root, const char *path)
{
    int fd = reach(root, path, 0);
    if (fd >= 0)
        close(fd);
}

void enter_root(const struct launch *l, const struct prepared *p)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        fail("mount", "/");
    /* Over the old root, where no path and no permission of the host matters. */
    if (k_move_mount(p->root, "", AT_FDCWD, "/", MOVE_FROM_EMPTY) != 0)
        fail("rootfs", "/");
    become_root_inside();
    umask(022);
    for (uint32_t i = 0; i < l->mount_count; i++)
        attach(p->root, &l->mounts[i], p->mounts[i], p->is_file[i]);
    make_work_directory(p->root, l->work_directory);
    write_sysctls(l);
    read_only_all(p->root, &l->read_only);
    mask_all(p->root, &l->masks);
    if (l->flags & FLAG_READ_ONLY_ROOT) {
        struct mount_rule rule = { .set = ATTR_RDONLY };
        if (k_mount_setattr(p->root, 0, &rule) != 0)
            fail("rootfs", "read-only");
    }
    if (fchdir(p->root) != 0 || k_pivot_root(".", ".") != 0)
        fail("pivot", "/");
    /* The old root lies over the new one now: "." is still the old root's top, see pivot_root(2). */
    if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0)
        fail("pivot", "/");
}

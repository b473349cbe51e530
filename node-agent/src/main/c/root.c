#include "root.h"

#include "kernel.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

static unsigned attributes(uint32_t flags)
{
    return (flags & MF_RDONLY ? ATTR_RDONLY : 0) | (flags & MF_NOSUID ? ATTR_NOSUID : 0)
        | (flags & MF_NODEV ? ATTR_NODEV : 0) | (flags & MF_NOEXEC ? ATTR_NOEXEC : 0);
}

/* A private copy of a mount, seen through the sandbox's ids. */
static int id_mapped(const char *path, int userns, unsigned flags, const char *stage)
{
    int fd = k_open_tree(AT_FDCWD, path, TREE_CLONE | TREE_CLOEXEC | flags);
    if (fd < 0)
        fail(stage, path);
    if (userns >= 0) {
        struct mount_rule rule = { .set = ATTR_IDMAP, .userns_fd = (uint64_t)userns };
        if (k_mount_setattr(fd, flags & TREE_RECURSIVE, &rule) != 0)
            fail("idmap", path);
    }
    return fd;
}

static int directory(const char *path)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        fail("rootfs", path);
    return fd;
}

/* Whether the kernel is 6.15 or later: asking an older one would leave a line in the machine's log for every start. */
static int takes_detached_layers(void)
{
    struct utsname name;
    unsigned major = 0, minor = 0;
    return uname(&name) == 0 && sscanf(name.release, "%u.%u", &major, &minor) == 2
        && (major > 6 || (major == 6 && minor >= 15));
}

/* Kernels that take one layer after the other, and layers in detached mounts; the working directory is the root of the
 * layers. Returns -1 where the kernel does not. */
static int overlay_detached(const struct launch *l, int upper, int work)
{
    char path[32];
    int fs = takes_detached_layers() ? k_fsopen("overlay") : -1;
    if (fs < 0)
        return -1;
    for (uint32_t i = l->layer_count; i > 0; i--)
        if (k_fsconfig(fs, FSCONFIG_STRING, "lowerdir+", l->layers[i - 1]) != 0)
            goto out;
    snprintf(path, sizeof path, "/proc/self/fd/%d", upper);
    if (k_fsconfig(fs, FSCONFIG_STRING, "upperdir", path) != 0)
        goto out;
    snprintf(path, sizeof path, "/proc/self/fd/%d", work);
    if (k_fsconfig(fs, FSCONFIG_STRING, "workdir", path) != 0)
        goto out;
    if (k_fsconfig(fs, FSCONFIG_CREATE, NULL, NULL) != 0)
        goto out;
    int fd = k_fsmount(fs, ATTR_NODEV);
    close(fs);
    return fd;
out:
    close(fs);
    return -1;
}

/* Names of one or two characters stand for the layers, so that hundreds fit into mount(2)'s one page of options. */
static void layer_links(const struct launch *l, char *options, size_t room)
{
    char target[300], name[12];
    size_t at = (size_t)snprintf(options, room, "lowerdir=");
    for (uint32_t i = l->layer_count; i > 0; i--) {
        snprintf(target, sizeof target, "s/%s", l->layers[i - 1]);
        snprintf(name, sizeof name, "%x", i - 1);
        if (symlink(target, name) != 0)
            fail("rootfs", l->layers[i - 1]);
        at += (size_t)snprintf(options + at, room - at, "%s%s", i == l->layer_count ? "" : ":", name);
    }
}

/* Older kernels want the layers attached: in a mount namespace that lasts for these few calls. The upper directories are
 * opened in it, since a mount of another namespace is refused. */
static int overlay_attached(const struct launch *l, int layers)
{
    char options[4096];
    int home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    if (home < 0 || unshare(NS_MOUNT) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        fail("rootfs", "mount namespace");
    int upper = directory(l->upper), work = directory(l->work);
    if (mount("tmpfs", l->directory, "tmpfs", 0, "mode=700,size=1m") != 0 || chdir(l->directory) != 0
        || mkdir("s", 0700) != 0 || mkdir("m", 0700) != 0)
        fail("rootfs", l->directory);
    if (k_move_mount(layers, "", AT_FDCWD, "s", MOVE_FROM_EMPTY) != 0)
        fail("rootfs", l->layer_root);
    layer_links(l, options, sizeof options - 100);
    size_t at = strlen(options);
    snprintf(options + at, sizeof options - at, ",upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d", upper, work);
    if (mount("overlay", "m", "overlay", MS_NODEV, options) != 0)
        fail("overlay", l->layers[l->layer_count - 1]);
    int fd = k_open_tree(AT_FDCWD, "m", TREE_CLONE | TREE_CLOEXEC);
    if (fd < 0 || k_setns(home, NS_MOUNT) != 0)
        fail("overlay", "m");
    close(upper);
    close(work);
    close(home);
    return fd;
}

static int overlay(const struct launch *l, int userns)
{
    int layers = id_mapped(l->layer_root, userns, 0, "layers");
    int upper = directory(l->upper), work = directory(l->work);
    if (fchdir(layers) != 0)
        fail("layers", l->layer_root);
    int fd = overlay_detached(l, upper, work);
    close(upper);
    close(work);
    if (chdir("/") != 0)
        fail("rootfs", "/");
    if (fd < 0)
        fd = overlay_attached(l, layers);
    close(layers);
    return fd;
}

static int bind(const struct mount_entry *m, int userns, uint8_t *is_file)
{
    struct stat st;
    unsigned flags = m->flags & MF_RECURSIVE ? TREE_RECURSIVE : 0;
    int fd = id_mapped(m->source, m->flags & MF_IDMAP ? userns : -1, flags, "volume");
    struct mount_rule rule = { .set = attributes(m->flags) };
    if (rule.set != 0 && k_mount_setattr(fd, flags, &rule) != 0)
        fail("volume", m->source);
    if (fstat(fd, &st) != 0)
        fail("volume", m->source);
    *is_file = !S_ISDIR(st.st_mode);
    return fd;
}

/* Makes what lies between /dev and the node, then the node. The tree is ours alone until the child attaches it. */
static void make_node(int dev, const struct device_entry *d, uid_t owner)
{
    char path[PATH_BYTES_MAX];
    snprintf(path, sizeof path, "%s", d->path + strlen("/dev/"));
    for (char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdirat(dev, path, 0755) == 0 && fchownat(dev, path, owner, owner, AT_SYMLINK_NOFOLLOW) != 0)
            fail("device", d->path);
        *slash = '/';
    }
    if (mknodat(dev, path, d->type | d->mode, makedev(d->major, d->minor)) != 0
        || fchownat(dev, path, owner, owner, AT_SYMLINK_NOFOLLOW) != 0)
        fail("device", d->path);
}

static const char *const dev_links[][2] = {
    { "pts/ptmx", "ptmx" },        { "/proc/self/fd", "fd" },       { "/proc/self/fd/0", "stdin" },
    { "/proc/self/fd/1", "stdout" }, { "/proc/self/fd/2", "stderr" }, { "/proc/kcore", "core" },
};
static const char *const dev_directories[] = { "pts", "shm", "mqueue" };

/* /dev is made here and never the image's: device nodes need the host's rights. */
static int dev(const struct launch *l, const struct mount_entry *m)
{
    uid_t owner = (uid_t)l->id_start; /* 0 without a range: root itself */
    char id[16];
    int fs = k_fsopen("tmpfs");
    snprintf(id, sizeof id, "%u", owner);
    if (fs < 0 || k_fsconfig(fs, FSCONFIG_STRING, "mode", "755") != 0
        || k_fsconfig(fs, FSCONFIG_STRING, "size", "65536k") != 0 || k_fsconfig(fs, FSCONFIG_STRING, "uid", id) != 0
        || k_fsconfig(fs, FSCONFIG_STRING, "gid", id) != 0 || k_fsconfig(fs, FSCONFIG_CREATE, NULL, NULL) != 0)
        fail("mount", m->target);
    int fd = k_fsmount(fs, attributes(m->flags) & ~ATTR_NODEV);
    close(fs);
    if (fd < 0)
        fail("mount", m->target);
    for (unsigned i = 0; i < sizeof dev_directories / sizeof *dev_directories; i++)
        if (mkdirat(fd, dev_directories[i], 0755) != 0 || fchownat(fd, dev_directories[i], owner, owner, 0) != 0)
            fail("mount", dev_directories[i]);
    for (unsigned i = 0; i < sizeof dev_links / sizeof *dev_links; i++)
        if (symlinkat(dev_links[i][0], fd, dev_links[i][1]) != 0
            || fchownat(fd, dev_links[i][1], owner, owner, AT_SYMLINK_NOFOLLOW) != 0)
            fail("mount", dev_links[i][1]);
    for (uint32_t i = 0; i < l->device_count; i++)
        make_node(fd, &l->devices[i], owner);
    return fd;
}

void prepare_mounts(const struct launch *l, int userns, struct prepared *p)
{
    umask(0);
    for (uint32_t i = 0; i < l->mount_count; i++) {
        const struct mount_entry *m = &l->mounts[i];
        p->mounts[i] = -1;
        if (m->kind == MOUNT_BIND)
            p->mounts[i] = bind(m, userns, &p->is_file[i]);
        else if (m->kind == MOUNT_DEV)
            p->mounts[i] = dev(l, m);
    }
    p->root = overlay(l, userns);
    umask(077);
}

/*
 * The launch file: what the agent decided, as numbered records. Written by dev.gantry.agent.container.LaunchFile, which
 * has the same numbers. The reader trusts nothing: every length, count, string and number is checked, an unknown record
 * is refused, and what it hands out points into the file's own bytes.
 *
 * Header, little endian: magic "GNTR", u16 version, u16 mode, u32 size of the whole file, u32 number of records. Then
 * records: u16 tag, u16 zero, u32 length, payload, zeros up to the next multiple of 8.
 */
#ifndef GANTRY_LAUNCHFILE_H
#define GANTRY_LAUNCHFILE_H

#include <stddef.h>
#include <stdint.h>

enum { LAUNCH_VERSION = 1, LAUNCH_BYTES_MAX = 4 << 20 };

enum mode { MODE_SANDBOX = 1, MODE_LAUNCH = 2, MODE_EXEC = 3 };

enum tag {
    TAG_ID = 1, TAG_DIRECTORY = 2,
    TAG_USER_NS = 3, TAG_NET_NS = 4, TAG_IPC_NS = 5, TAG_UTS_NS = 6, TAG_PID_NS = 7,
    TAG_FLAGS = 8, TAG_HOSTNAME = 9, TAG_ID_RANGE = 10,
    TAG_ARGUMENT = 11, TAG_ENVIRONMENT = 12, TAG_WORK_DIRECTORY = 13, TAG_USER = 14, TAG_GROUP = 15,
    TAG_LAYER_ROOT = 20, TAG_LAYER = 21, TAG_UPPER = 22, TAG_WORK = 23,
    TAG_MOUNT = 30, TAG_DEVICE = 31, TAG_MASK = 32, TAG_READ_ONLY = 33,
    TAG_CAPABILITIES = 40, TAG_SECCOMP = 41,
    TAG_CGROUP_JOIN = 50, TAG_SHIM_CGROUP = 51, TAG_CGROUP_DIRECTORY = 52, TAG_OOM_FILE = 53,
    TAG_RESOURCE_LIMIT = 60, TAG_OOM_SCORE = 61, TAG_SYSCTL = 62,
    TAG_LOG = 70, TAG_TERMINAL_SIZE = 71,
};

enum flag {
    FLAG_TERMINAL = 1, FLAG_STDIN = 2, FLAG_STDIN_ONCE = 4, FLAG_READ_ONLY_ROOT = 8, FLAG_NO_NEW_PRIVILEGES = 16,
    FLAG_OWN_PID = 32, FLAG_OWN_CGROUP = 64, FLAG_OWN_NET = 128, FLAG_OWN_IPC = 256, FLAG_OWN_UTS = 512,
    FLAG_ROOT_DEVICES = 1024, FLAGS_ALL = 2047,
};

enum mount_kind {
    MOUNT_BIND = 1, MOUNT_PROC, MOUNT_SYSFS, MOUNT_MQUEUE, MOUNT_DEVPTS, MOUNT_TMPFS, MOUNT_CGROUP1, MOUNT_CGROUP2,
    MOUNT_DEV, MOUNT_KIND_END,
};

enum mount_flag {
    MF_RDONLY = 1, MF_NOSUID = 2, MF_NODEV = 4, MF_NOEXEC = 8, MF_RECURSIVE = 16, MF_IDMAP = 32, MF_OPTIONAL = 64,
    MF_ALL = 127,
};

enum limit {
    ARGUMENTS_MAX = 4096, LAYERS_MAX = 500, MOUNTS_MAX = 512, DEVICES_MAX = 1024, PATHS_MAX = 256, GROUPS_MAX = 256,
    CGROUPS_MAX = 16, RESOURCES_MAX = 16, SYSCTLS_MAX = 64, SECCOMP_MAX = 4096, PATH_BYTES_MAX = 4096,
    ARGUMENT_BYTES_MAX = 131072, NAMESPACES = 5,
};

struct mount_entry {
    uint32_t kind;
    uint32_t flags;
    const char *target;
    const char *source;
    const char *options;
};

struct device_entry {
    uint32_t type; /* S_IFCHR or S_IFBLK */
    uint32_t major;
    uint32_t minor;
    uint32_t mode;
    const char *path;
};

struct resource_limit {
    uint32_t resource;
    uint64_t soft;
    uint64_t hard;
};

struct sysctl_entry {
    const char *name;
    const char *value;
};

struct path_list {
    uint32_t count;
    const char *paths[PATHS_MAX];
};

struct launch {
    uint16_t mode;
    uint32_t flags;
    const char *id;
    const char *directory;
    const char *namespaces[NAMESPACES]; /* user, net, ipc, uts, pid */
    const char *hostname;
    uint64_t id_start;
    uint32_t id_length; /* 0: no id range */
    uint32_t argument_count;
    const char *arguments[ARGUMENTS_MAX + 1];
    uint32_t environment_count;
    const char *environment[ARGUMENTS_MAX + 1];
    const char *work_directory;
    uint32_t uid;
    uint32_t gid;
    uint32_t group_count;
    uint32_t groups[GROUPS_MAX];
    const char *layer_root;
    uint32_t layer_count;
    const char *layers[LAYERS_MAX];
    const char *upper;
    const char *work;
    uint32_t mount_count;
    struct mount_entry mounts[MOUNTS_MAX];
    uint32_t device_count;
    struct device_entry devices[DEVICES_MAX];
    struct path_list masks;
    struct path_list read_only;
    uint64_t capabilities;
    const void *seccomp;
    uint32_t seccomp_count; /* instructions of 8 bytes */
    uint32_t join_count;
    const char *joins[CGROUPS_MAX];
    uint32_t shim_join_count;
    const char *shim_joins[CGROUPS_MAX];
    const char *cgroup_directory;
    const char *oom_file;
    uint32_t resource_count;
    struct resource_limit resources[RESOURCES_MAX];
    int32_t oom_score;
    uint32_t sysctl_count;
    struct sysctl_entry sysctls[SYSCTLS_MAX];
    const char *log_file;
    uint64_t log_bytes;
    uint32_t log_files;
    uint16_t columns;
    uint16_t rows;
};

/* Reads `size` bytes at `bytes` into `launch`; returns NULL, or what is wrong in plain words. */
const char *launch_read(struct launch *launch, const void *bytes, size_t size);

#endif

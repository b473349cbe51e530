#include "launchfile.h"

#include <string.h>
#include <sys/stat.h>

struct cursor {
    const uint8_t *at;
    const uint8_t *end;
};

enum { HEADER_BYTES = 16, RECORD_BYTES = 8 };

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t get64(const uint8_t *p)
{
    return (uint64_t)get32(p) | (uint64_t)get32(p + 4) << 32;
}

static int take32(struct cursor *c, uint32_t *value)
{
    if (c->end - c->at < 4)
        return 0;
    *value = get32(c->at);
    c->at += 4;
    return 1;
}

static int take64(struct cursor *c, uint64_t *value)
{
    if (c->end - c->at < 8)
        return 0;
    *value = get64(c->at);
    c->at += 8;
    return 1;
}

/* A string that ends with its NUL inside the record. */
static int take_string(struct cursor *c, const char **value, size_t max)
{
    size_t room = (size_t)(c->end - c->at);
    const uint8_t *nul = memchr(c->at, 0, room < max ? room : max);
    if (nul == NULL)
        return 0;
    *value = (const char *)c->at;
    c->at = nul + 1;
    return 1;
}

static int done(const struct cursor *c)
{
    return c->at == c->end;
}

static int only_string(struct cursor *c, const char **value, size_t max)
{
    return *value == NULL && take_string(c, value, max) && done(c);
}

static int absolute(const char *path)
{
    return path[0] == '/';
}

static int only_path(struct cursor *c, const char **value)
{
    return only_string(c, value, PATH_BYTES_MAX) && absolute(*value);
}

static int add_string(struct cursor *c, const char **list, uint32_t *count, uint32_t most, size_t bytes)
{
    const char *value = NULL;
    if (*count >= most || !only_string(c, &value, bytes))
        return 0;
    list[(*count)++] = value;
    return 1;
}

static int add_path(struct cursor *c, const char **list, uint32_t *count, uint32_t most)
{
    return add_string(c, list, count, most, PATH_BYTES_MAX) && absolute(list[*count - 1]);
}

/* A layer is named relative to the layer root and stays below it. */
static int add_layer(struct cursor *c, struct launch *l)
{
    if (!add_string(c, l->layers, &l->layer_count, LAYERS_MAX, 256))
        return 0;
    const char *name = l->layers[l->layer_count - 1];
    return name[0] != 0 && !absolute(name) && strstr(name, "..") == NULL && strpbrk(name, ":,\\") == NULL;
}

static int add_mount(struct cursor *c, struct launch *l)
{
    struct mount_entry m = { 0 };
    if (l->mount_count >= MOUNTS_MAX || !take32(c, &m.kind) || !take32(c, &m.flags)
        || !take_string(c, &m.target, PATH_BYTES_MAX) || !take_string(c, &m.source, PATH_BYTES_MAX)
        || !take_string(c, &m.options, PATH_BYTES_MAX) || !done(c))
        return 0;
    if (m.kind < MOUNT_BIND || m.kind >= MOUNT_KIND_END || (m.flags & ~(uint32_t)MF_ALL) || !absolute(m.target))
        return 0;
    if (m.kind == MOUNT_BIND && !absolute(m.source))
        return 0;
    l->mounts[l->mount_count++] = m;
    return 1;
}

static int add_device(struct cursor *c, struct launch *l)
{
    struct device_entry d = { 0 };
    if (l->device_count >= DEVICES_MAX || !take32(c, &d.type) || !take32(c, &d.major) || !take32(c, &d.minor)
        || !take32(c, &d.mode) || !take_string(c, &d.path, PATH_BYTES_MAX) || !done(c))
        return 0;
    if ((d.type != S_IFCHR && d.type != S_IFBLK) || (d.mode & ~0777u) || d.major > 0xfff || d.minor > 0xfffff
        || strncmp(d.path, "/dev/", 5) != 0 || d.path[5] == 0 || strstr(d.path, "..") != NULL)
        return 0;
    l->devices[l->device_count++] = d;
    return 1;
}

static int add_resource(struct cursor *c, struct launch *l)
{
    struct resource_limit r = { 0 };
    if (l->resource_count >= RESOURCES_MAX || !take32(c, &r.resource) || !take64(c, &r.soft) || !take64(c, &r.hard)
        || !done(c) || r.resource > 15 || r.soft > r.hard)
        return 0;
    l->resources[l->resource_count++] = r;
    return 1;
}

/* A sysctl is a path below /proc/sys: no empty, `.` or `..` part gets through. */
static int add_sysctl(struct cursor *c, struct launch *l)
{
    struct sysctl_entry s = { 0 };
    if (l->sysctl_count >= SYSCTLS_MAX || !take_string(c, &s.name, 256) || !take_string(c, &s.value, 4096)
        || !done(c) || s.name[0] == 0 || absolute(s.name) || strstr(s.name, "..") != NULL)
        return 0;
    l->sysctls[l->sysctl_count++] = s;
    return 1;
}

static int set_user(struct cursor *c, struct launch *l)
{
    return take32(c, &l->uid) && take32(c, &l->gid) && done(c) && l->uid <= INT32_MAX && l->gid <= INT32_MAX;
}

static int add_group(struct cursor *c, struct launch *l)
{
    uint32_t group;
    if (l->group_count >= GROUPS_MAX || !take32(c, &group) || !done(c) || group > INT32_MAX)
        return 0;
    l->groups[l->group_count++] = group;
    return 1;
}

static int set_id_range(struct cursor *c, struct launch *l)
{
    return take64(c, &l->id_start) && take32(c, &l->id_length) && done(c) && l->id_start > 0 && l->id_length > 0
        && l->id_start + l->id_length < UINT32_MAX;
}

static int set_seccomp(struct cursor *c, struct launch *l)
{
    size_t bytes = (size_t)(c->end - c->at);
    if (l->seccomp != NULL || bytes == 0 || bytes % 8 != 0 || bytes / 8 > SECCOMP_MAX)
        return 0;
    l->seccomp = c->at;
    l->seccomp_count = (uint32_t)(bytes / 8);
    return 1;
}

static int set_log(struct cursor *c, struct launch *l)
{
    return l->log_file == NULL && take64(c, &l->log_bytes) && take32(c, &l->log_files)
        && take_string(c, &l->log_file, PATH_BYTES_MAX) && done(c) && absolute(l->log_file) && l->log_bytes >= 4096
        && l->log_files >= 1 && l->log_files <= 100;
}

static int set_oom_score(struct cursor *c, struct launch *l)
{
    uint32_t raw;
    if (!take32(c, &raw) || !done(c))
        return 0;
    l->oom_score = (int32_t)raw;
    return l->oom_score >= -1000 && l->oom_score <= 1000;
}

static int set_size(struct cursor *c, struct launch *l)
{
    uint32_t columns, rows;
    if (!take32(c, &columns) || !take32(c, &rows) || !done(c) || columns > UINT16_MAX || rows > UINT16_MAX)
        return 0;
    l->columns = (uint16_t)columns;
    l->rows = (uint16_t)rows;
    return 1;
}

static int set_flags(struct cursor *c, struct launch *l)
{
    return take32(c, &l->flags) && done(c) && !(l->flags & ~(uint32_t)FLAGS_ALL);
}

static int read_process(struct launch *l, uint16_t tag, struct cursor *c)
{
    switch (tag) {
    case TAG_ARGUMENT:
        return add_string(c, l->arguments, &l->argument_count, ARGUMENTS_MAX, ARGUMENT_BYTES_MAX);
    case TAG_ENVIRONMENT:
        return add_string(c, l->environment, &l->environment_count, ARGUMENTS_MAX, ARGUMENT_BYTES_MAX);
    case TAG_WORK_DIRECTORY: return only_path(c, &l->work_directory);
    case TAG_USER: return set_user(c, l);
    case TAG_GROUP: return add_group(c, l);
    case TAG_CAPABILITIES: return take64(c, &l->capabilities) && done(c);
    case TAG_SECCOMP: return set_seccomp(c, l);
    case TAG_RESOURCE_LIMIT: return add_resource(c, l);
    case TAG_OOM_SCORE: return set_oom_score(c, l);
    case TAG_TERMINAL_SIZE: return set_size(c, l);
    default: return 0;
    }
}

static int read_files(struct launch *l, uint16_t tag, struct cursor *c)
{
    switch (tag) {
    case TAG_LAYER_ROOT: return only_path(c, &l->layer_root);
    case TAG_LAYER: return add_layer(c, l);
    case TAG_UPPER: return only_path(c, &l->upper);
    case TAG_WORK: return only_path(c, &l->work);
    case TAG_MOUNT: return add_mount(c, l);
    case TAG_DEVICE: return add_device(c, l);
    case TAG_MASK: return add_path(c, l->masks.paths, &l->masks.count, PATHS_MAX);
    case TAG_READ_ONLY: return add_path(c, l->read_only.paths, &l->read_only.count, PATHS_MAX);
    case TAG_SYSCTL: return add_sysctl(c, l);
    case TAG_LOG: return set_log(c, l);
    default: return read_process(l, tag, c);
    }
}

static int read_record(struct launch *l, uint16_t tag, struct cursor *c)
{
    switch (tag) {
    case TAG_ID: return only_string(c, &l->id, 256);
    case TAG_DIRECTORY: return only_path(c, &l->directory);
    case TAG_USER_NS:
    case TAG_NET_NS:
    case TAG_IPC_NS:
    case TAG_UTS_NS:
    case TAG_PID_NS: return only_path(c, &l->namespaces[tag - TAG_USER_NS]);
    case TAG_FLAGS: return set_flags(c, l);
    case TAG_HOSTNAME: return only_string(c, &l->hostname, 65);
    case TAG_ID_RANGE: return set_id_range(c, l);
    case TAG_CGROUP_JOIN: return add_path(c, l->joins, &l->join_count, CGROUPS_MAX);
    case TAG_SHIM_CGROUP: return add_path(c, l->shim_joins, &l->shim_join_count, CGROUPS_MAX);
    case TAG_CGROUP_DIRECTORY: return only_path(c, &l->cgroup_directory);
    case TAG_OOM_FILE: return only_path(c, &l->oom_file);
    default: return read_files(l, tag, c);
    }
}

/* What each mode cannot do without. */
static const char *complete(const struct launch *l)
{
    if (l->directory == NULL)
        return "no directory";
    if (l->mode == MODE_SANDBOX)
        return NULL;
    if (l->argument_count == 0)
        return "no program";
    if (l->work_directory == NULL)
        return "no working directory";
    if (l->mode == MODE_EXEC)
        return NULL;
    if (l->layer_root == NULL || l->layer_count == 0 || l->upper == NULL || l->work == NULL)
        return "no root file system";
    if (l->log_file == NULL)
        return "no log file";
    return NULL;
}

static const char *read_header(struct launch *l, const uint8_t *bytes, size_t size, uint32_t *records)
{
    if (size < HEADER_BYTES || size > LAUNCH_BYTES_MAX)
        return "the file's size is out of bounds";
    if (memcmp(bytes, "GNTR", 4) != 0)
        return "not a launch file";
    if (get16(bytes + 4) != LAUNCH_VERSION)
        return "another version of the launch file";
    l->mode = get16(bytes + 6);
    if (l->mode < MODE_SANDBOX || l->mode > MODE_EXEC)
        return "unknown mode";
    if (get32(bytes + 8) != size)
        return "the file is cut short";
    *records = get32(bytes + 12);
    return NULL;
}

const char *launch_read(struct launch *l, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    uint32_t records;
    memset(l, 0, sizeof *l);
    const char *wrong = read_header(l, bytes, size, &records);
    if (wrong != NULL)
        return wrong;
    size_t at = HEADER_BYTES;
    for (uint32_t i = 0; i < records; i++) {
        if (size - at < RECORD_BYTES)
            return "a record is cut short";
        uint32_t length = get32(bytes + at + 4);
        size_t room = size - at - RECORD_BYTES;
        size_t padded = ((size_t)length + 7) & ~(size_t)7;
        if (padded > room || get16(bytes + at + 2) != 0)
            return "a record is longer than the file";
        struct cursor c = { bytes + at + RECORD_BYTES, bytes + at + RECORD_BYTES + length };
        if (!read_record(l, get16(bytes + at), &c))
            return "a record is malformed, unknown or one too many";
        at += RECORD_BYTES + padded;
    }
    if (at != size)
        return "bytes after the last record";
    return complete(l);
}

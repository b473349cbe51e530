/* Makes what a pod shares: its user namespace with its ids first, the others inside it, so that they belong to it. They
 * are pinned as files; no process stays. */
#include "modes.h"

#include "kernel.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct kind {
    const char *name;
    uint32_t flag;
    int clone;
} kinds[] = { { "net", FLAG_OWN_NET, NS_NET }, { "ipc", FLAG_OWN_IPC, NS_IPC }, { "uts", FLAG_OWN_UTS, NS_UTS } };

static void write_map(long pid, const char *file, const struct launch *l)
{
    char path[64], text[64];
    snprintf(path, sizeof path, "/proc/%ld/%s", pid, file);
    int n = snprintf(text, sizeof text, "0 %llu %u\n", (unsigned long long)l->id_start, l->id_length);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write_all(fd, text, (unsigned long)n) != 0)
        fail("idmap", file);
    close(fd);
}

static void raise_loopback(void)
{
    struct ifreq request = { .ifr_name = "lo" };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) != 0)
        fail("network", "lo");
    close(fd);
}

static void write_sysctl(const struct sysctl_entry *s)
{
    char path[300];
    snprintf(path, sizeof path, "/proc/sys/%s", s->name);
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || write_all(fd, s->value, strlen(s->value)) != 0)
        fail("sysctl", s->name);
    close(fd);
}

static void make_namespaces(const struct launch *l)
{
    int wanted = 0;
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (l->flags & kinds[i].flag)
            wanted |= kinds[i].clone;
    if (l->id_length > 0 && (syscall(SYS_setresgid, 0, 0, 0) != 0 || syscall(SYS_setresuid, 0, 0, 0) != 0))
        fail("user", "root of the user namespace");
    if (unshare(wanted) != 0)
        fail("namespace", "sandbox");
    if (l->hostname != NULL && l->hostname[0] != 0 && sethostname(l->hostname, strlen(l->hostname)) != 0)
        fail("namespace", "hostname");
    if (wanted & NS_NET)
        raise_loopback();
    for (uint32_t i = 0; i < l->sysctl_count; i++)
        write_sysctl(&l->sysctls[i]);
}

/* Tells the parent where it is by single bytes, and stays until it is pinned. */
static void child(const struct launch *l, int channel)
{
    char byte = 0;
    if (l->id_length > 0) {
        if (unshare(NS_USER) != 0)
            fail("namespace", "user");
        if (write(channel, &byte, 1) != 1 || read(channel, &byte, 1) != 1)
            _exit(1);
    }
    make_namespaces(l);
    if (write(channel, &byte, 1) == 1 && read(channel, &byte, 1) < 0)
        _exit(1);
    _exit(0);
}

static void pin(long pid, const char *kind, int directory)
{
    char from[64], to[64];
    snprintf(from, sizeof from, "/proc/%ld/ns/%s", pid, kind);
    snprintf(to, sizeof to, "/proc/self/fd/%d", directory);
    int fd = openat(directory, kind, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        fail("pin", kind);
    close(fd);
    if (fchdir(directory) != 0 || mount(from, kind, NULL, MS_BIND, NULL) != 0 || chdir("/") != 0)
        fail("pin", kind);
}

static void wait_for(int channel, long pid)
{
    char byte;
    if (read(channel, &byte, 1) == 1)
        return;
    /* The child has said what went wrong already. */
    waitpid((pid_t)pid, NULL, 0);
    _exit(125);
}

int run_sandbox(const struct launch *l)
{
    int channel[2];
    char byte = 0;
    int directory = open(l->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        fail("sandbox", l->directory);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0)
        fail("sandbox", "socketpair");
    long pid = k_clone(0, NULL, -1);
    if (pid < 0)
        fail("sandbox", "clone");
    if (pid == 0) {
        close(channel[0]);
        child(l, channel[1]);
    }
    close(channel[1]);
    if (l->id_length > 0) {
        wait_for(channel[0], pid);
        write_map(pid, "uid_map", l);
        write_map(pid, "gid_map", l);
        if (write(channel[0], &byte, 1) != 1)
            fail("sandbox", "child");
    }
    wait_for(channel[0], pid);
    if (l->id_length > 0)
        pin(pid, "user", directory);
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (l->flags & kinds[i].flag)
            pin(pid, kinds[i].name, directory);
    say_started(FD_STATUS, pid, now_nanos());
    close(channel[0]);
    waitpid((pid_t)pid, NULL, 0);
    return 0;
}

#include "privilege.h"

#include "kernel.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CAP_VERSION_3 = 0x20080522, CAP_LAST_POSSIBLE = 63, SECCOMP_MODE_STRICT_FILTER = 1 };

struct cap_header {
    uint32_t version;
    int pid;
};

struct cap_words {
    uint32_t effective;
    uint32_t permitted;
    uint32_t inheritable;
};

struct filter_program {
    unsigned short length;
    const void *instructions;
};

void reset_signals(void)
{
    for (int s = 1; s < 65; s++)
        if (s != SIGKILL && s != SIGSTOP)
            signal(s, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Without CAP_SYS_RESOURCE a limit cannot rise: then the most that is possible is set. */
void apply_resource_limits(const struct launch *l)
{
    for (uint32_t i = 0; i < l->resource_count; i++) {
        const struct resource_limit *r = &l->resources[i];
        struct rlimit now, want = { r->soft, r->hard };
        if (setrlimit((int)r->resource, &want) == 0)
            continue;
        if (errno != EPERM || getrlimit((int)r->resource, &now) != 0)
            fail("rlimit", "resource limit");
        if (want.rlim_max > now.rlim_max)
            want.rlim_max = now.rlim_max;
        if (want.rlim_cur > want.rlim_max)
            want.rlim_cur = want.rlim_max;
        if (setrlimit((int)r->resource, &want) != 0)
            fail("rlimit", "resource limit");
    }
}

/* Lowering it needs CAP_SYS_RESOURCE, which not every host gives: it stays as it is then. */
void apply_oom_score(int score)
{
    char text[16];
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    int n = snprintf(text, sizeof text, "%d", score);
    if (fd < 0)
        return;
    if (write(fd, text, (size_t)n) < 0 && errno != EACCES && errno != EPERM)
        fail("oom", "oom_score_adj");
    close(fd);
}

static void set_capabilities(uint64_t bits)
{
    struct cap_header header = { CAP_VERSION_3, 0 };
    struct cap_words words[2] = {
        { (uint32_t)bits, (uint32_t)bits, 0 },
        { (uint32_t)(bits >> 32), (uint32_t)(bits >> 32), 0 },
    };
    if (syscall(SYS_capset, &header, words) != 0)
        fail("capabilities", "capset");
}

static uint64_t permitted(void)
{
    struct cap_header header = { CAP_VERSION_3, 0 };
    struct cap_words words[2];
    if (syscall(SYS_capget, &header, words) != 0)
        fail("capabilities", "capget");
    return words[0].permitted | (uint64_t)words[1].permitted << 32;
}

static void drop_bounding(uint64_t keep)
{
    for (int c = 0; c <= CAP_LAST_POSSIBLE; c++) {
        if (keep >> c & 1)
            continue;
        if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) != 0) {
            if (errno == EINVAL)
                return; /* the kernel has no more */
            fail("capabilities", "bounding set");
        }
    }
}

static void install_filter(const struct launch *l)
{
    if (l->seccomp == NULL)
        return;
    struct filter_program program = { (unsigned short)l->seccomp_count, l->seccomp };
    if (syscall(SYS_seccomp, SECCOMP_MODE_STRICT_FILTER, 0, &program) != 0)
        fail("seccomp", "filter");
}

static void become_user(const struct launch *l)
{
    gid_t groups[GROUPS_MAX];
    for (uint32_t i = 0; i < l->group_count; i++)
        groups[i] = l->groups[i];
    if (syscall(SYS_setgroups, (size_t)l->group_count, groups) != 0)
        fail("user", "supplementary groups");
    if (syscall(SYS_setresgid, l->gid, l->gid, l->gid) != 0)
        fail("user", "group");
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 || syscall(SYS_setresuid, l->uid, l->uid, l->uid) != 0)
        fail("user", "user");
    prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
}

void drop_privileges(const struct launch *l)
{
    int gain = !(l->flags & FLAG_NO_NEW_PRIVILEGES);
    uint64_t kept = l->capabilities & permitted();
    drop_bounding(l->capabilities);
    become_user(l);
    set_capabilities(permitted());
    /* Without no_new_privs the filter needs CAP_SYS_ADMIN, which goes next; what follows passes the filter. */
    if (gain)
        install_filter(l);
    set_capabilities(l->uid == 0 ? kept : 0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (gain)
        return;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        fail("privileges", "no_new_privs");
    install_filter(l);
}

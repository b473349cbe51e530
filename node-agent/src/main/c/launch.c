/* Starts one container, and stays with it: its output, its input, its end. */
#include "modes.h"

#include "inside.h"
#include "kernel.h"
#include "logfile.h"
#include "privilege.h"
#include "pump.h"
#include "report.h"
#include "root.h"
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const int ns_kinds[NAMESPACES] = { NS_USER, NS_NET, NS_IPC, NS_UTS, NS_PID };

static struct launch *launch;
static struct prepared prepared;
static int joins[CGROUPS_MAX];
static int directory = -1;

static int join_all(const char *const *paths, uint32_t count)
{
    int bad = 0;
    for (uint32_t i = 0; i < count; i++) {
        int fd = open(paths[i], O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, "0", 1) != 1)
            bad = 1;
        if (fd >= 0)
            close(fd);
    }
    return bad;
}

/* On cgroup v2 a move takes the kernel's grace period of milliseconds: a container that lives on can afford it, one that
 * is gone at once need not. Nothing but order depends on it: the shim was in the agent's group till now. */
static int shim_joins[CGROUPS_MAX];

static int move_later(void)
{
    for (uint32_t i = 0; i < launch->shim_join_count; i++)
        if (shim_joins[i] >= 0 && write(shim_joins[i], "0", 1) != 1)
            return 1;
    return 0;
}

static void move_shim(void)
{
    int version2 = launch->cgroup_directory != NULL;
    if (!version2) {
        if (join_all(launch->shim_joins, launch->shim_join_count))
            fail("cgroup", "shim");
        launch->shim_join_count = 0;
        return;
    }
    for (uint32_t i = 0; i < launch->shim_join_count; i++)
        shim_joins[i] = open(launch->shim_joins[i], O_WRONLY | O_CLOEXEC);
}

static void write_pid_file(void)
{
    char text[512], out[64];
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (n <= 0)
        fail("state", "shim");
    close(fd);
    text[n] = 0;
    /* The 22nd field is the start time; the second, in brackets, may hold anything. */
    char *at = strrchr(text, ')');
    for (int field = 2; at != NULL && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (at == NULL)
        fail("state", "shim");
    snprintf(out, sizeof out, "pid=%d\nstart=%llu\n", (int)getpid(), strtoull(at, NULL, 10));
    if (write_file_at(directory, "shim", out, 0) != 0)
        fail("state", "shim");
}

static void open_cgroups(void)
{
    for (uint32_t i = 0; i < launch->join_count; i++) {
        joins[i] = open(launch->joins[i], O_WRONLY | O_CLOEXEC);
        if (joins[i] < 0)
            fail("cgroup", launch->joins[i]);
    }
}

static void enter_sandbox(int userns)
{
    int fds[NAMESPACES];
    fds[0] = userns;
    for (int i = 1; i < NAMESPACES; i++) {
        fds[i] = -1;
        if (launch->namespaces[i] != NULL && (fds[i] = open(launch->namespaces[i], O_RDONLY | O_CLOEXEC)) < 0)
            fail("namespace", launch->namespaces[i]);
    }
    for (int i = 0; i < NAMESPACES; i++) {
        if (fds[i] < 0)
            continue;
        if (k_setns(fds[i], ns_kinds[i]) != 0)
            fail("namespace", launch->namespaces[i]);
        close(fds[i]);
    }
}

static void child(const struct stdio *stdio, int failure_fd)
{
    fail_target(failure_fd);
    close(FD_STATUS);
    close(FD_LOCK);
    join_cgroups(joins, launch->join_count);
    if ((launch->flags & FLAG_OWN_CGROUP) && unshare(NS_CGROUP) != 0)
        fail("namespace", "cgroup");
    if (setsid() < 0)
        fail("session", "setsid");
    apply_oom_score(launch->oom_score);
    enter_root(launch, &prepared);
    become_program(launch, stdio, failure_fd);
}

struct ends {
    int child[2]; /* what the child gets: stdout and stderr */
    int input;
    int failure[2];
    int channel[2];
};

static void make_pipe(int fds[2])
{
    if (pipe2(fds, O_CLOEXEC) != 0)
        fail("stdio", "pipe");
}

static void make_streams(struct pump *p, struct ends *e)
{
    int pair[2];
    e->channel[0] = e->channel[1] = -1;
    e->child[0] = e->child[1] = e->input = -1;
    p->terminal = p->output[0] = p->output[1] = -1;
    p->input.fd = -1;
    make_pipe(e->failure);
    if (launch->flags & FLAG_TERMINAL) {
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, e->channel) != 0)
            fail("terminal", "socketpair");
        return;
    }
    for (int s = 0; s < 2; s++) {
        make_pipe(pair);
        p->output[s] = pair[0];
        e->child[s] = pair[1];
    }
    if (launch->flags & FLAG_STDIN) {
        make_pipe(pair);
        e->input = pair[0];
        p->input.fd = pair[1];
        p->input.once = (launch->flags & FLAG_STDIN_ONCE) != 0;
        if (fcntl(pair[1], F_SETFL, O_NONBLOCK) != 0)
            fail("stdio", "input");
        return;
    }
    e->input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (e->input < 0)
        fail("stdio", "/dev/null");
}

static void close_ends(struct ends *e)
{
    close(e->input);
    close(e->child[0]);
    close(e->child[1]);
    close(e->failure[1]);
    close(e->channel[1]);
    close(prepared.root);
    for (uint32_t i = 0; i < launch->mount_count; i++)
        if (prepared.mounts[i] >= 0)
            close(prepared.mounts[i]);
    for (uint32_t i = 0; i < launch->join_count; i++)
        close(joins[i]);
}

/* The child's exec closes the pipe without a word; anything else is what went wrong. */
static void await_exec(struct ends *e, int pidfd)
{
    struct failure failure;
    ssize_t n;
    do {
        n = read(e->failure[0], &failure, sizeof failure);
    } while (n < 0 && errno == EINTR);
    if (n == 0) {
        close(e->failure[0]);
        return;
    }
    int code, signal;
    k_kill_pidfd(pidfd, SIGKILL);
    reap(pidfd, &code, &signal);
    record_failure(directory, &failure);
    say_failed(FD_STATUS, &failure);
    _exit(125);
}

static uint64_t oom_kills(int fd)
{
    char text[512];
    ssize_t n = fd >= 0 ? pread(fd, text, sizeof text - 1, 0) : 0;
    if (n <= 0)
        return 0;
    text[n] = 0;
    char *at = strstr(text, "oom_kill ");
    return at == NULL ? 0 : strtoull(at + strlen("oom_kill "), NULL, 10);
}

static long start(const struct stdio *stdio, struct ends *e, int *pidfd)
{
    int cgroup = -1;
    uint64_t flags = NS_MOUNT | (launch->flags & FLAG_OWN_PID ? NS_PID : 0);
    if (launch->cgroup_directory != NULL) {
        cgroup = open(launch->cgroup_directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (cgroup < 0)
            fail("cgroup", launch->cgroup_directory);
    }
    int userns = -1;
    if (launch->namespaces[0] != NULL && (userns = open(launch->namespaces[0], O_RDONLY | O_CLOEXEC)) < 0)
        fail("namespace", launch->namespaces[0]);
    prepare_mounts(launch, userns, &prepared);
    enter_sandbox(userns);
    long pid = k_clone(flags, pidfd, cgroup);
    if (pid < 0)
        fail("namespace", "clone");
    if (pid == 0)
        child(stdio, e->failure[1]);
    close(cgroup);
    return pid;
}

static void say_and_record_start(long pid, int64_t at)
{
    char text[96];
    snprintf(text, sizeof text, "pid=%ld\nat=%lld\n", pid, (long long)at);
    write_file_at(directory, "started", text, 0);
    say_started(FD_STATUS, pid, at);
    close(FD_STATUS);
}

int run_launch(struct launch *l)
{
    static struct pump pump;
    struct ends ends;
    launch = l;
    directory = open(l->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        fail("state", l->directory);
    write_pid_file();
    move_shim();
    log_open(l->log_file, l->log_bytes, l->log_files);
    attach_open(directory, l->directory);
    make_streams(&pump, &ends);
    open_cgroups();
    int oom = l->oom_file != NULL ? open(l->oom_file, O_RDONLY | O_CLOEXEC) : -1;
    apply_resource_limits(l);
    struct stdio stdio = { ends.input, ends.child[0], ends.child[1], ends.channel[1] };
    struct outcome outcome = { 0 };
    long pid = start(&stdio, &ends, &pump.child);
    close_ends(&ends);
    if (ends.channel[0] >= 0) {
        pump.terminal = pump.output[0] = terminal_receive(ends.channel[0]);
        close(ends.channel[0]);
        if (l->flags & FLAG_STDIN) {
            pump.input.fd = pump.terminal;
            pump.input.terminal = 1;
        }
    }
    await_exec(&ends, pump.child);
    outcome.started = now_nanos();
    say_and_record_start(pid, outcome.started);
    pump.idle = move_later;
    pump_run(&pump);
    outcome.oom_kills = oom_kills(oom);
    reap(pump.child, &outcome.code, &outcome.signal);
    outcome.finished = now_nanos();
    record_exit(directory, &outcome);
    unlinkat(directory, "attach.sock", 0);
    return 0;
}

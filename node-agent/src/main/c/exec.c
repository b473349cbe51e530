/* Runs one more program in a container: in its namespaces and control groups, with its limits and its filter. The
 * agent's own pipes are the program's streams; only a terminal is pumped. */
#include "modes.h"

#include "inside.h"
#include "kernel.h"
#include "privilege.h"
#include "pump.h"
#include "report.h"
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The cgroup namespace comes after the control groups: it forbids what leads in from outside. */
enum { SHARED_NAMESPACES = NS_MOUNT | NS_UTS | NS_IPC | NS_PID | NS_NET };

static int joins[CGROUPS_MAX];

static void enter_container(const struct launch *l)
{
    int kinds = SHARED_NAMESPACES | (l->id_length > 0 ? NS_USER : 0);
    if (k_setns(FD_TARGET, kinds) != 0)
        fail("namespace", "container");
}

static void child(const struct launch *l, const struct stdio *stdio, int failure_fd)
{
    fail_target(failure_fd);
    close(FD_STATUS);
    join_cgroups(joins, l->join_count);
    if (k_setns(FD_TARGET, NS_CGROUP) != 0)
        fail("namespace", "cgroup");
    close(FD_TARGET);
    if (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setresgid, 0, 0, 0) != 0
        || syscall(SYS_setresuid, 0, 0, 0) != 0)
        fail("user", "root of the user namespace");
    if (setsid() < 0)
        fail("session", "setsid");
    become_program(l, stdio, failure_fd);
}

static void await_exec(int fd, int pidfd)
{
    struct failure failure;
    ssize_t n;
    do {
        n = read(fd, &failure, sizeof failure);
    } while (n < 0 && errno == EINTR);
    if (n == 0)
        return;
    k_kill_pidfd(pidfd, SIGKILL);
    say_failed(FD_STATUS, &failure);
    _exit(125);
}

/* Sizes come as two 16-bit numbers; the end of the control pipe is nothing to act on. */
static void take_resize(struct pollfd *control, int master)
{
    unsigned char size[4];
    if (read(control->fd, size, sizeof size) == 4)
        terminal_resize(master, (uint16_t)(size[0] | size[1] << 8), (uint16_t)(size[2] | size[3] << 8));
    else
        control->fd = -1;
}

static int copy(int from, int to)
{
    char bytes[16384];
    ssize_t n = read(from, bytes, sizeof bytes);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return 1;
    return n > 0 && write_all(to, bytes, (unsigned long)n) == 0;
}

static void copy_input(struct pollfd *input, int master)
{
    char end = 4;
    if (copy(input->fd, master))
        return;
    input->fd = -1;
    if (write(master, &end, 1) != 1)
        errno = 0;
}

static volatile int program = -1;

/* How the agent ends an exec: the shim stays to tell the exit code. */
static void end_program(int number)
{
    (void)number;
    k_kill_pidfd(program, SIGKILL);
}

/* Stays until the program has ended; an agent that has gone takes the program with it. */
static void watch(int pidfd, int master)
{
    enum { PROGRAM, AGENT, CONTROL, INPUT, OUTPUT, COUNT };
    struct pollfd polls[COUNT] = {
        [PROGRAM] = { .fd = pidfd, .events = POLLIN },
        [AGENT] = { .fd = FD_STATUS },
        [CONTROL] = { .fd = master >= 0 ? FD_CONTROL : -1, .events = POLLIN },
        [INPUT] = { .fd = master >= 0 ? 0 : -1, .events = POLLIN },
        [OUTPUT] = { .fd = master, .events = POLLIN },
    };
    for (;;) {
        if (poll(polls, COUNT, -1) < 0)
            continue;
        if (polls[AGENT].revents & (POLLERR | POLLHUP)) {
            k_kill_pidfd(pidfd, SIGKILL);
            polls[AGENT].fd = -1;
        }
        if (polls[CONTROL].revents != 0)
            take_resize(&polls[CONTROL], master);
        if (polls[INPUT].revents != 0)
            copy_input(&polls[INPUT], master);
        if (polls[OUTPUT].revents != 0 && !copy(master, 1))
            polls[OUTPUT].fd = -1;
        if (polls[PROGRAM].revents != 0)
            break;
    }
    struct pollfd last = { .fd = polls[OUTPUT].fd, .events = POLLIN };
    while (last.fd >= 0 && poll(&last, 1, 0) > 0 && copy(master, 1))
        ;
}

int run_exec(struct launch *l)
{
    int failure[2], channel[2] = { -1, -1 }, pidfd;
    struct outcome outcome = { 0 };
    for (uint32_t i = 0; i < l->join_count; i++)
        if ((joins[i] = open(l->joins[i], O_WRONLY | O_CLOEXEC)) < 0)
            fail("cgroup", l->joins[i]);
    int cgroup = -1;
    if (l->cgroup_directory != NULL
        && (cgroup = open(l->cgroup_directory, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
        fail("cgroup", l->cgroup_directory);
    if (pipe2(failure, O_CLOEXEC) != 0)
        fail("stdio", "pipe");
    if ((l->flags & FLAG_TERMINAL) && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) != 0)
        fail("terminal", "socketpair");
    apply_resource_limits(l);
    apply_oom_score(l->oom_score);
    /* What runs inside must not look into this process while it still holds the host's descriptors. */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    enter_container(l);
    struct stdio stdio = { 0, 1, 2, channel[1] };
    long pid = k_clone(0, &pidfd, cgroup);
    if (pid < 0)
        fail("namespace", "clone");
    if (pid == 0)
        child(l, &stdio, failure[1]);
    close(FD_TARGET);
    close(failure[1]);
    close(channel[1]);
    int master = channel[0] >= 0 ? terminal_receive(channel[0]) : -1;
    await_exec(failure[0], pidfd);
    program = pidfd;
    signal(SIGTERM, end_program);
    outcome.started = now_nanos();
    say_started(FD_STATUS, pid, outcome.started);
    if (master < 0) /* the program alone holds its streams, so that their ends are seen */
        for (int fd = 0; fd < 3; fd++)
            close(fd);
    watch(pidfd, master);
    reap(pidfd, &outcome.code, &outcome.signal);
    outcome.finished = now_nanos();
    say_exit(FD_STATUS, &outcome);
    return 0;
}

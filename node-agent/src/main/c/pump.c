#include "pump.h"

#include "kernel.h"
#include "logfile.h"
#include "report.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ_BYTES = 16384, MOMENT_MILLIS = 20, STALL_CHECK_MILLIS = 1000, DRAIN_READS_MAX = 4096 };

/* Returns 0 at the end of the stream. */
static int pass_on(struct pump *p, int stream)
{
    char bytes[READ_BYTES];
    ssize_t n = read(p->output[stream], bytes, sizeof bytes);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 1;
    if (n <= 0) { /* a terminal that nobody holds any more gives EIO */
        if (p->output[stream] != p->terminal)
            close(p->output[stream]);
        p->output[stream] = -1;
        return 0;
    }
    log_write(stream, bytes, (unsigned long)n);
    attach_output(stream, bytes, (unsigned long)n);
    return 1;
}

/* The container is gone: what it wrote is in the pipes. Somebody outside may hold a pipe open, so that its end is not
 * waited for. */
static void drain(struct pump *p)
{
    for (int stream = 0; stream < 2; stream++) {
        for (int reads = 0; reads < DRAIN_READS_MAX && p->output[stream] >= 0; reads++) {
            struct pollfd ready = { .fd = p->output[stream], .events = POLLIN };
            if (poll(&ready, 1, 0) <= 0 || !pass_on(p, stream))
                break;
        }
    }
}

static int step(struct pump *p, int wait)
{
    struct pollfd polls[3 + POLLS_OF_ATTACH];
    int waiting = attach_waiting();
    polls[0] = (struct pollfd){ .fd = p->child, .events = POLLIN };
    for (int s = 0; s < 2; s++)
        polls[1 + s] = (struct pollfd){ .fd = waiting ? -1 : p->output[s], .events = POLLIN };
    int n = attach_polls(polls + 3, &p->input);
    int ready = poll(polls, (nfds_t)(3 + n), waiting ? STALL_CHECK_MILLIS : wait);
    if (waiting)
        attach_cut_slow(now_nanos());
    if (ready <= 0)
        return ready == 0 && !waiting ? 2 : 1;
    for (int s = 0; s < 2; s++)
        if (polls[1 + s].revents != 0)
            pass_on(p, s);
    attach_step(polls + 3, n, &p->input, p->terminal);
    return polls[0].revents == 0;
}

void pump_run(struct pump *p)
{
    int wait = MOMENT_MILLIS, more;
    while ((more = step(p, wait)) != 0) {
        if (more == 2 && wait == MOMENT_MILLIS) {
            p->idle();
            wait = -1;
        }
    }
    drain(p);
    log_finish();
    attach_close();
}

void reap(int pidfd, int *code, int *signal)
{
    siginfo_t end;
    memset(&end, 0, sizeof end);
    while (k_waitid_pidfd(pidfd, &end, WEXITED) != 0 && errno == EINTR)
        ;
    *signal = end.si_code == CLD_EXITED ? 0 : end.si_status;
    *code = end.si_code == CLD_EXITED ? end.si_status : 128 + end.si_status;
}

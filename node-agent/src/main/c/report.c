#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int failure_fd = FD_STATUS;

int write_all(int fd, const void *bytes, unsigned long size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        at += n;
        size -= (unsigned long)n;
    }
    return 0;
}

void fail_target(int fd)
{
    failure_fd = fd;
}

void fail_to(int fd, const char *stage, const char *subject)
{
    struct failure failure = { .error = errno };
    snprintf(failure.stage, sizeof failure.stage, "%s", stage);
    snprintf(failure.subject, sizeof failure.subject, "%s", subject);
    if (fd == FD_STATUS)
        say_failed(fd, &failure);
    else
        write_all(fd, &failure, sizeof failure);
    _exit(125);
}

void fail(const char *stage, const char *subject)
{
    fail_to(failure_fd, stage, subject);
}

int64_t now_nanos(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void say_started(int fd, long pid, int64_t at)
{
    char text[96];
    int n = snprintf(text, sizeof text, "started\npid=%ld\nat=%lld\n", pid, (long long)at);
    write_all(fd, text, (unsigned long)n);
}

static int failure_text(char *text, size_t room, const struct failure *f)
{
    return snprintf(text, room, "failed\nstage=%s\nerrno=%d\nsubject=%s\n", f->stage, f->error, f->subject);
}

static int exit_text(char *text, size_t room, const struct outcome *o)
{
    return snprintf(text, room, "exit\ncode=%d\nsignal=%d\noom=%llu\nstarted=%lld\nfinished=%lld\n", o->code, o->signal,
                    (unsigned long long)o->oom_kills, (long long)o->started, (long long)o->finished);
}

void say_failed(int fd, const struct failure *failure)
{
    char text[400];
    int n = failure_text(text, sizeof text, failure);
    write_all(fd, text, (unsigned long)n);
}

void say_exit(int fd, const struct outcome *outcome)
{
    char text[256];
    int n = exit_text(text, sizeof text, outcome);
    write_all(fd, text, (unsigned long)n);
}

int write_file_at(int dir, const char *name, const char *text, int sync)
{
    char temporary[64];
    snprintf(temporary, sizeof temporary, "%s.new", name);
    int fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    int bad = write_all(fd, text, strlen(text));
    if (!bad && sync)
        bad = fdatasync(fd);
    close(fd);
    return bad ? -1 : renameat(dir, temporary, dir, name);
}

/* A full disk frees up again; the record is worth some patience, and the pid stays ours meanwhile. */
static void record(int dir, const char *text)
{
    struct timespec pause = { .tv_nsec = 100000000 };
    for (int i = 0; i < 600 && write_file_at(dir, "exit", text, 1) != 0; i++)
        nanosleep(&pause, NULL);
}

void record_exit(int dir, const struct outcome *outcome)
{
    char text[256];
    exit_text(text, sizeof text, outcome);
    record(dir, text);
}

void record_failure(int dir, const struct failure *failure)
{
    char text[400];
    failure_text(text, sizeof text, failure);
    write_file_at(dir, "exit", text, 1);
}

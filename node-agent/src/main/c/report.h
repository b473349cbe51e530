/* How the shim says what happened: to the agent through the status pipe, and in files of the container's directory. */
#ifndef GANTRY_REPORT_H
#define GANTRY_REPORT_H

#include <stdint.h>

/* Descriptors that the agent hands over. */
enum { FD_LAUNCH = 3, FD_STATUS = 4, FD_LOCK = 5, FD_TARGET = 5, FD_CONTROL = 6, FD_FIRST_FREE = 7 };

struct failure {
    int error;
    char stage[16];
    char subject[256];
};

struct outcome {
    int code;
    int signal;
    uint64_t oom_kills;
    int64_t started;
    int64_t finished;
};

/* Sends the failure to `fd`, which ends the process that calls. */
void fail_to(int fd, const char *stage, const char *subject) __attribute__((noreturn));
/* From here on `fail` writes to this descriptor. */
void fail_target(int fd);
void fail(const char *stage, const char *subject) __attribute__((noreturn));

int64_t now_nanos(void);
void say_started(int fd, long pid, int64_t at);
void say_failed(int fd, const struct failure *failure);
void say_exit(int fd, const struct outcome *outcome);

/* Writes a small file whole or not at all; durable when `sync` is set. */
int write_file_at(int dir, const char *name, const char *text, int sync);
void record_exit(int dir, const struct outcome *outcome);
void record_failure(int dir, const struct failure *failure);

int write_all(int fd, const void *bytes, unsigned long size);

#endif

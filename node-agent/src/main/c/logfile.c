#include "logfile.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { STAMP_BYTES = 40, OUT_BYTES = 4 * LINE_BYTES_MAX };

static int directory = -1;
static int out = -1;
static char name[200];
static uint64_t size_now, size_max;
static uint32_t files_max;

static struct pending {
    unsigned long size;
    char bytes[LINE_BYTES_MAX];
} pending[2];

static char buffer[OUT_BYTES];
static unsigned long buffered;

static void open_part(void)
{
    struct stat st;
    out = openat(directory, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
    size_now = out >= 0 && fstat(out, &st) == 0 ? (uint64_t)st.st_size : 0;
}

void log_open(const char *file, uint64_t max_bytes, uint32_t max_files)
{
    char parent[4096];
    snprintf(parent, sizeof parent, "%s", file);
    char *slash = strrchr(parent, '/');
    snprintf(name, sizeof name, "%s", file + (slash - parent) + 1);
    slash[slash == parent] = 0;
    size_max = max_bytes;
    files_max = max_files;
    directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        fail("log", parent);
    open_part();
    if (out < 0)
        fail("log", file);
}

static void rotate(void)
{
    char from[220], to[220];
    close(out);
    for (uint32_t i = files_max - 1; i > 0; i--) {
        if (i > 1)
            snprintf(from, sizeof from, "%s.%u", name, i - 1);
        else
            snprintf(from, sizeof from, "%s", name);
        snprintf(to, sizeof to, "%s.%u", name, i);
        renameat(directory, from, directory, to);
    }
    if (files_max == 1)
        unlinkat(directory, name, 0);
    open_part();
}

/* A disk that is full loses lines, never the format: what was written of them is taken back. */
static void flush(void)
{
    if (buffered == 0)
        return;
    if (out < 0)
        open_part();
    if (out >= 0 && write_all(out, buffer, buffered) == 0)
        size_now += buffered;
    else if (out >= 0 && ftruncate(out, (off_t)size_now) != 0)
        size_now += buffered;
    buffered = 0;
    if (size_now >= size_max)
        rotate();
}

static int stamp(char *text)
{
    static time_t second = -1;
    static char prefix[24];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != second) {
        struct tm parts;
        gmtime_r(&now.tv_sec, &parts);
        strftime(prefix, sizeof prefix, "%Y-%m-%dT%H:%M:%S", &parts);
        second = now.tv_sec;
    }
    return snprintf(text, STAMP_BYTES, "%s.%09ldZ", prefix, now.tv_nsec);
}

static void put(const char *head, unsigned long head_size, char tag, struct pending *line, const char *rest,
                unsigned long rest_size)
{
    unsigned long need = head_size + 3 + line->size + rest_size;
    if (buffered + need > sizeof buffer)
        flush();
    char *at = buffer + buffered;
    memcpy(at, head, head_size);
    at += head_size;
    *at++ = tag;
    *at++ = ' ';
    memcpy(at, line->bytes, line->size);
    at += line->size;
    if (rest_size > 0)
        memcpy(at, rest, rest_size);
    at[rest_size] = '\n';
    buffered += need;
    line->size = 0;
}

void log_write(int stream, const char *bytes, unsigned long size)
{
    char head[STAMP_BYTES + 16];
    struct pending *line = &pending[stream];
    unsigned long n = (unsigned long)stamp(head);
    n += (unsigned long)snprintf(head + n, 16, stream ? " stderr " : " stdout ");
    while (size > 0) {
        const char *feed = memchr(bytes, '\n', size);
        unsigned long length = feed != NULL ? (unsigned long)(feed - bytes) : size;
        unsigned long room = LINE_BYTES_MAX - line->size;
        if (length > room) {
            put(head, n, 'P', line, bytes, room);
            bytes += room;
            size -= room;
        } else if (feed != NULL) {
            put(head, n, 'F', line, bytes, length);
            bytes += length + 1;
            size -= length + 1;
        } else {
            memcpy(line->bytes + line->size, bytes, length);
            line->size += length;
            break;
        }
    }
    flush();
}

void log_finish(void)
{
    for (int stream = 0; stream < 2; stream++) {
        if (pending[stream].size == 0)
            continue;
        char head[STAMP_BYTES + 16];
        unsigned long n = (unsigned long)stamp(head);
        n += (unsigned long)snprintf(head + n, 16, stream ? " stderr " : " stdout ");
        put(head, n, 'P', &pending[stream], NULL, 0);
    }
    flush();
}

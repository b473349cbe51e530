#include "inside.h"

#include "kernel.h"
#include "privilege.h"
#include "report.h"
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *path_of(const struct launch *l)
{
    const char *path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    for (uint32_t i = 0; i < l->environment_count; i++)
        if (strncmp(l->environment[i], "PATH=", 5) == 0)
            path = l->environment[i] + 5;
    return path;
}

static void execute(const struct launch *l, const char *file)
{
    execve(file, (char *const *)(uintptr_t)l->arguments, (char *const *)(uintptr_t)l->environment);
}

/* As a shell looks for a command; a file that is there but may not be run is what is told of. */
static void search(const struct launch *l)
{
    const char *name = l->arguments[0];
    int told = ENOENT;
    for (const char *at = path_of(l); at != NULL;) {
        char file[PATH_BYTES_MAX];
        const char *colon = strchr(at, ':');
        size_t length = colon != NULL ? (size_t)(colon - at) : strlen(at);
        snprintf(file, sizeof file, "%.*s%s%s", (int)length, at, length > 0 ? "/" : "./", name);
        execute(l, file);
        if (errno != ENOENT && errno != ENOTDIR)
            told = errno;
        at = colon != NULL ? colon + 1 : NULL;
    }
    errno = told;
}

static void set_streams(const struct launch *l, const struct stdio *s)
{
    int input = s->input, output = s->output, error = s->error;
    if (s->terminal_channel >= 0) {
        input = output = error = terminal_open(s->terminal_channel, l->columns, l->rows);
        if (fchown(input, l->uid, (gid_t)-1) != 0 && errno != EPERM)
            fail("terminal", "owner");
    }
    /* All are above the first free number, so none is overwritten before it is copied. */
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(error, 2) < 0)
        fail("stdio", "standard streams");
}

/* No descriptor of the host's is open any more, so that no path such as /proc/self/fd/7 leads there; what getcwd(2)
 * calls unreachable is refused all the same. */
static void enter_work_directory(const char *path)
{
    char now[PATH_BYTES_MAX];
    if (chdir(path) != 0)
        fail("workdir", path);
    errno = ENOENT;
    if (getcwd(now, sizeof now) == NULL || now[0] != '/')
        fail("workdir", path);
}

void become_program(const struct launch *l, const struct stdio *s, int failure_fd)
{
    set_streams(l, s);
    close_others(3, failure_fd);
    umask(022);
    reset_signals();
    /* As the user it must be: but root's own rights let a program start in a directory that is not readable to it. */
    enter_work_directory(l->work_directory);
    drop_privileges(l);
    if (l->arguments[0][0] == 0)
        errno = ENOENT;
    else if (strchr(l->arguments[0], '/') != NULL)
        execute(l, l->arguments[0]);
    else
        search(l);
    fail("exec", l->arguments[0]);
}

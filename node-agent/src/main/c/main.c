/*
 * gantry-shim MODE: the one native program. It has no policy: everything it does stands in the launch file, descriptor 3.
 * MODE is sandbox, launch or exec; `--check` only reads the file. What happened goes to descriptor 4.
 */
#include "modes.h"

#include "kernel.h"
#include "privilege.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct launch launch;

static const char *read_launch(void)
{
    struct stat st;
    if (fstat(FD_LAUNCH, &st) != 0 || st.st_size < 16 || st.st_size > LAUNCH_BYTES_MAX)
        return "the file's size is out of bounds";
    /* Private and writable, so that a later write to the file changes nothing that was checked. */
    char *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED)
        return "no memory";
    for (off_t at = 0; at < st.st_size;) {
        ssize_t n = pread(FD_LAUNCH, bytes + at, (size_t)(st.st_size - at), at);
        if (n <= 0)
            return "the file cannot be read";
        at += n;
    }
    close(FD_LAUNCH);
    return launch_read(&launch, bytes, (size_t)st.st_size);
}

static int check(void)
{
    const char *wrong = read_launch();
    printf("%s\n", wrong != NULL ? wrong : "ok");
    return wrong != NULL;
}

static int mode_of(const char *name)
{
    static const char *const names[] = { NULL, "sandbox", "launch", "exec" };
    for (int m = MODE_SANDBOX; m <= MODE_EXEC; m++)
        if (strcmp(name, names[m]) == 0)
            return m;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--check") == 0)
        return check();
    int mode = argc == 2 ? mode_of(argv[1]) : 0;
    if (mode == 0 || fcntl(FD_STATUS, F_GETFD) < 0) {
        fprintf(stderr, "gantry-shim is started by the gantry agent\n");
        return 2;
    }
    setsid();
    close_others(mode == MODE_EXEC ? FD_CONTROL + 1 : FD_LOCK + 1, -1);
    reset_signals();
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    for (int fd = FD_STATUS; fd <= FD_CONTROL; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    const char *wrong = read_launch();
    if (wrong == NULL && launch.mode != mode)
        wrong = "a launch file of another mode";
    if (wrong != NULL) {
        errno = 0;
        fail("launchfile", wrong);
    }
    switch (mode) {
    case MODE_SANDBOX: return run_sandbox(&launch);
    case MODE_LAUNCH: return run_launch(&launch);
    default: return run_exec(&launch);
    }
}

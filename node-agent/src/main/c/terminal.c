#include "terminal.h"

#include "kernel.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

enum { DEVPTS_MAGIC = 0x1cd1 };

static void send_descriptor(int channel, int fd)
{
    char byte = 0;
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = { &byte, 1 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                              .msg_controllen = sizeof control };
    memset(&control, 0, sizeof control);
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    if (sendmsg(channel, &message, 0) != 1)
        fail("terminal", "hand over");
}

int terminal_receive(int channel)
{
    char byte;
    int fd;
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = { &byte, 1 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                              .msg_controllen = sizeof control };
    ssize_t n;
    do {
        n = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    struct cmsghdr *header = n == 1 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header == NULL || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int)))
        return -1;
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

void terminal_resize(int master, uint16_t columns, uint16_t rows)
{
    struct winsize size = { .ws_col = columns, .ws_row = rows };
    if (master >= 0 && columns > 0 && rows > 0)
        ioctl(master, TIOCSWINSZ, &size);
}

/* A program inside may have put something else in the place of ptmx: only the real one will do. */
static int open_multiplexer(void)
{
    struct open_rule rule = { .flags = O_RDWR | O_NOCTTY | O_CLOEXEC, .resolve = RESOLVE_SYMLINKS };
    struct stat st;
    struct statfs fs;
    int fd = k_openat2(AT_FDCWD, "/dev/pts/ptmx", &rule);
    if (fd < 0)
        fail("terminal", "/dev/pts/ptmx");
    errno = EXDEV;
    if (fstat(fd, &st) != 0 || fstatfs(fd, &fs) != 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(5, 2)
        || (unsigned long)fs.f_type != DEVPTS_MAGIC)
        fail("terminal", "/dev/pts/ptmx");
    return fd;
}

int terminal_open(int channel, uint16_t columns, uint16_t rows)
{
    int unlocked = 0;
    int master = open_multiplexer();
    if (ioctl(master, TIOCSPTLCK, &unlocked) != 0)
        fail("terminal", "unlock");
    int side = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (side < 0)
        fail("terminal", "open");
    terminal_resize(master, columns, rows);
    send_descriptor(channel, master);
    close(master);
    if (ioctl(side, TIOCSCTTY, 0) != 0)
        fail("terminal", "control");
    return side;
}

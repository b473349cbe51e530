#include "attach.h"

#include "kernel.h"
#include "report.h"
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { KIND_STDIN = 0, KIND_STDOUT = 1, KIND_STDERR = 2, KIND_STDIN_END = 3, KIND_RESIZE = 4, FRAME_HEAD = 5,
       FRAME_BYTES_MAX = 65536, QUEUE_BYTES = 65536, READ_BYTES = 16384 };

/* A client that takes nothing for so long is cut: it would hold up the container. */
static const int64_t patience = 10000000000;

static struct client {
    int fd; /* 0: free */
    int head_size;
    unsigned char head[FRAME_HEAD];
    uint32_t left; /* of the frame's payload */
    unsigned char control[4];
    int control_size;
    unsigned long queued;
    int64_t stalled; /* since when nothing was taken; 0: not */
    char *queue;
} clients[CLIENTS_MAX];

static int listener = -1;

void attach_open(int directory, const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "attach.sock" };
    unlinkat(directory, "attach.sock", 0);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0 || fchdir(directory) != 0
        || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 8) != 0
        || chdir("/") != 0)
        fail("attach", path);
}

static void drop(struct client *c, struct input *input)
{
    close(c->fd);
    free(c->queue);
    memset(c, 0, sizeof *c);
    if (input != NULL && input->once)
        input->ending = 1;
}

static void accept_client(void)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    for (int i = 0; i < CLIENTS_MAX; i++) {
        if (clients[i].fd > 0)
            continue;
        char *queue = malloc(QUEUE_BYTES);
        if (queue == NULL)
            break;
        clients[i] = (struct client){ .fd = fd, .queue = queue };
        return;
    }
    close(fd);
}

int attach_polls(struct pollfd *polls, struct input *input)
{
    int n = 0;
    polls[n++] = (struct pollfd){ .fd = listener, .events = POLLIN };
    int room = input->size + READ_BYTES <= sizeof input->bytes;
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (clients[i].fd > 0)
            polls[n++] = (struct pollfd){ .fd = clients[i].fd,
                .events = (short)((room ? POLLIN : 0) | (clients[i].queued > 0 ? POLLOUT : 0)) };
    if (input->fd >= 0 && input->size > 0)
        polls[n++] = (struct pollfd){ .fd = input->fd, .events = POLLOUT };
    return n;
}

static void take_input(struct input *input, const char *bytes, unsigned long size)
{
    if (input->fd < 0 || input->ending || size > sizeof input->bytes - input->size)
        return;
    memcpy(input->bytes + input->size, bytes, size);
    input->size += size;
}

static void control(struct client *c, struct input *input, int terminal)
{
    if (c->head[0] == KIND_STDIN_END)
        input->ending = 1;
    if (c->head[0] == KIND_RESIZE && c->control_size == 4)
        terminal_resize(terminal, (uint16_t)(c->control[0] | c->control[1] << 8),
                        (uint16_t)(c->control[2] | c->control[3] << 8));
}

static int new_frame(struct client *c)
{
    c->left = (uint32_t)c->head[1] | (uint32_t)c->head[2] << 8 | (uint32_t)c->head[3] << 16
        | (uint32_t)c->head[4] << 24;
    c->control_size = 0;
    return c->left <= FRAME_BYTES_MAX;
}

/* Reads frames out of what came; 0 when the client does not keep to the protocol. */
static int take_frames(struct client *c, const char *bytes, unsigned long size, struct input *input, int terminal)
{
    while (size > 0) {
        if (c->head_size < FRAME_HEAD) {
            c->head[c->head_size++] = (unsigned char)*bytes++;
            size--;
            if (c->head_size < FRAME_HEAD)
                continue;
            if (!new_frame(c))
                return 0;
        }
        unsigned long part = c->left < size ? c->left : size;
        if (c->head[0] == KIND_STDIN)
            take_input(input, bytes, part);
        else
            for (unsigned long i = 0; i < part && c->control_size < 4; i++)
                c->control[c->control_size++] = (unsigned char)bytes[i];
        bytes += part;
        size -= part;
        c->left -= (uint32_t)part;
        if (c->left == 0) {
            control(c, input, terminal);
            c->head_size = 0;
        }
    }
    return 1;
}

static void read_client(struct client *c, struct input *input, int terminal)
{
    char bytes[READ_BYTES];
    ssize_t n = read(c->fd, bytes, sizeof bytes);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || !take_frames(c, bytes, (unsigned long)n, input, terminal))
        drop(c, input);
}

static void send_queue(struct client *c)
{
    ssize_t n = send(c->fd, c->queue, c->queued, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n <= 0) {
        if (c->stalled == 0)
            c->stalled = now_nanos();
        return;
    }
    c->queued -= (unsigned long)n;
    memmove(c->queue, c->queue + n, c->queued);
    c->stalled = c->queued > 0 ? now_nanos() : 0;
}

static void send_input(struct input *input)
{
    ssize_t n = write(input->fd, input->bytes, input->size);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0) { /* the program has closed its input */
        input->size = 0;
        input->ending = 1;
        return;
    }
    input->size -= (unsigned long)n;
    memmove(input->bytes, input->bytes + n, input->size);
}

static void end_input(struct input *input)
{
    if (!input->ending || input->size > 0 || input->fd < 0)
        return;
    if (input->terminal) {
        /* End of file as a person types it; the terminal itself stays. */
        char end = 4;
        if (write(input->fd, &end, 1) != 1)
            errno = 0;
        input->ending = 0;
        return;
    }
    close(input->fd);
    input->fd = -1;
}

void attach_step(const struct pollfd *polls, int count, struct input *input, int terminal)
{
    for (int i = 0; i < count; i++) {
        if (polls[i].revents == 0)
            continue;
        if (polls[i].fd == listener) {
            accept_client();
            continue;
        }
        if (polls[i].fd == input->fd) {
            send_input(input);
            continue;
        }
        for (int k = 0; k < CLIENTS_MAX; k++) {
            struct client *c = &clients[k];
            if (c->fd != polls[i].fd)
                continue;
            if (polls[i].revents & POLLOUT)
                send_queue(c);
            if (polls[i].revents & (POLLIN | POLLHUP | POLLERR))
                read_client(c, input, terminal);
            break;
        }
    }
    end_input(input);
}

void attach_output(int error, const char *bytes, unsigned long size)
{
    unsigned char head[FRAME_HEAD] = { error ? KIND_STDERR : KIND_STDOUT, (unsigned char)size,
                                       (unsigned char)(size >> 8), (unsigned char)(size >> 16), 0 };
    for (int i = 0; i < CLIENTS_MAX; i++) {
        struct client *c = &clients[i];
        if (c->fd <= 0)
            continue;
        if (c->queued + FRAME_HEAD + size > QUEUE_BYTES) {
            drop(c, NULL);
            continue;
        }
        memcpy(c->queue + c->queued, head, FRAME_HEAD);
        memcpy(c->queue + c->queued + FRAME_HEAD, bytes, size);
        c->queued += FRAME_HEAD + size;
        send_queue(c);
    }
}

int attach_waiting(void)
{
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (clients[i].fd > 0 && clients[i].queued > 0)
            return 1;
    return 0;
}

void attach_cut_slow(int64_t now)
{
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (clients[i].fd > 0 && clients[i].stalled > 0 && now - clients[i].stalled > patience)
            drop(&clients[i], NULL);
}

void attach_close(void)
{
    for (int i = 0; i < CLIENTS_MAX; i++) {
        struct client *c = &clients[i];
        struct pollfd ready = { .fd = c->fd, .events = POLLOUT };
        for (int tries = 0; tries < 50 && c->fd > 0 && c->queued > 0; tries++)
            if (poll(&ready, 1, 20) > 0)
                send_queue(c);
        if (c->fd > 0)
            drop(c, NULL);
    }
    close(listener);
}

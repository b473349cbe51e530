/* The container's unix socket: clients that watch its output, feed its input, resize its terminal.
 * Frames both ways: one byte of kind, four bytes of length (little endian), payload. */
#ifndef GANTRY_ATTACH_H
#define GANTRY_ATTACH_H

#include <poll.h>
#include <stdint.h>

enum { CLIENTS_MAX = 16, POLLS_OF_ATTACH = CLIENTS_MAX + 2 };

struct input {
    int fd;       /* the container's input or terminal; -1: none, or at its end */
    int terminal; /* whether fd is a terminal's master, which is not closed here */
    int once;     /* ends with the first client that goes */
    int ending;   /* closed once all is written */
    unsigned long size;
    char bytes[65536];
};

/* Makes the socket in the directory. */
void attach_open(int directory, const char *path);
/* Adds descriptors to wait for; returns how many. */
int attach_polls(struct pollfd *polls, struct input *input);
/* Does what those descriptors are ready for. */
void attach_step(const struct pollfd *polls, int count, struct input *input, int terminal);
/* Sends output to all clients. */
void attach_output(int error, const char *bytes, unsigned long size);
/* Whether some client has yet to take what it was sent: then no more output is read. */
int attach_waiting(void);
/* Cuts clients that have taken nothing for long. */
void attach_cut_slow(int64_t now);
/* Gives clients what they have not had, briefly, then closes. */
void attach_close(void);

#endif

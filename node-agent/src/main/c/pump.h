/* What the shim does while the container runs. */
#ifndef GANTRY_PUMP_H
#define GANTRY_PUMP_H

#include "attach.h"
#include "launchfile.h"

struct pump {
    int child;     /* pidfd */
    int output[2]; /* stdout and stderr, or terminal and -1 */
    int terminal;  /* the terminal's master, or -1 */
    struct input input;
    int (*idle)(void); /* called once when the container lives longer than a moment */
};

/* Until the child has ended and all its output is written. Leaves the child to be reaped. */
void pump_run(struct pump *pump);
/* Reaps the child. */
void reap(int pidfd, int *code, int *signal);

#endif

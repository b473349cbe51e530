/* What is prepared with the host's rights before the sandbox is entered: detached mounts, which die with their last
 * descriptor, so that nothing is left when anything fails or anybody is killed. */
#ifndef GANTRY_ROOT_H
#define GANTRY_ROOT_H

#include "launchfile.h"

struct prepared {
    int root;
    int mounts[MOUNTS_MAX]; /* -1: made by the child */
    uint8_t is_file[MOUNTS_MAX];
};

/* `userns`: descriptor of the sandbox's user namespace, -1 for the host's users. */
void prepare_mounts(const struct launch *launch, int userns, struct prepared *prepared);

#endif

/* What the child does inside its namespaces, before its program runs. */
#ifndef GANTRY_INSIDE_H
#define GANTRY_INSIDE_H

#include "launchfile.h"
#include "root.h"

struct stdio {
    int input;
    int output;
    int error;
    int terminal_channel; /* sends the terminal's master to the shim; -1 without a terminal */
};

/* Joins the control groups whose `tasks` or `cgroup.procs` files are open. */
void join_cgroups(const int *fds, uint32_t count);
/* Attaches the root and all mounts, then leaves the host's tree for good. Ends in / of the container. */
void enter_root(const struct launch *launch, const struct prepared *prepared);
/* Standard streams and terminal, working directory, privileges, program. Never returns. */
void become_program(const struct launch *launch, const struct stdio *stdio, int failure_fd)
    __attribute__((noreturn));

#endif

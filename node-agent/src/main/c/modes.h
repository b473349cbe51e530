#ifndef GANTRY_MODES_H
#define GANTRY_MODES_H

#include "launchfile.h"

int run_sandbox(const struct launch *launch);
int run_launch(struct launch *launch);
int run_exec(struct launch *launch);

#endif

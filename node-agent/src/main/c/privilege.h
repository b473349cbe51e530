/* Gives up what the program shall not have. */
#ifndef GANTRY_PRIVILEGE_H
#define GANTRY_PRIVILEGE_H

#include "launchfile.h"

/* Limits, while the process may still raise them. */
void apply_resource_limits(const struct launch *launch);
void apply_oom_score(int score);
/* Becomes the user; sheds capabilities; installs the filter. Nothing but exec may follow. */
void drop_privileges(const struct launch *launch);
void reset_signals(void);

#endif

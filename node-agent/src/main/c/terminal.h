/* Terminals: made inside the container from its own devpts, held by the shim. */
#ifndef GANTRY_TERMINAL_H
#define GANTRY_TERMINAL_H

#include <stdint.h>

/* Makes a terminal, sends its master through `channel`, and returns the other side. */
int terminal_open(int channel, uint16_t columns, uint16_t rows);
/* Waits for the master; -1 when none comes. */
int terminal_receive(int channel);
void terminal_resize(int master, uint16_t columns, uint16_t rows);

#endif

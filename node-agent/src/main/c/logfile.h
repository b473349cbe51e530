/* Writes a container's output as Kubernetes' container runtime interface has it: "TIME stdout|stderr F|P CONTENT\n".
 * A record is whole or not there at all; a log is rotated between records only. */
#ifndef GANTRY_LOGFILE_H
#define GANTRY_LOGFILE_H

#include <stdint.h>

enum { LINE_BYTES_MAX = 16384 };

/* Opens the log before the sandbox is entered; its directory stays open for the rotation. */
void log_open(const char *file, uint64_t max_bytes, uint32_t max_files);
/* What one read gave, all of one stream (0: stdout, 1: stderr). */
void log_write(int stream, const char *bytes, unsigned long size);
/* Writes what has no line feed yet. */
void log_finish(void);

#endif

package dev.gantry.agent.container;

import java.time.Instant;

/// How a container ended.
///
/// @param exitCode as shells count: 128 + signal when a signal ended it
/// @param signal the signal that ended it, 0 when it exited
/// @param oomKilled whether the kernel killed for want of memory within its limits, and it failed
/// @param message why, in plain words, when it was not its own doing; else empty
public record ContainerExit(
        String id,
        int exitCode,
        int signal,
        boolean oomKilled,
        Instant startedAt,
        Instant finishedAt,
        String message) {}

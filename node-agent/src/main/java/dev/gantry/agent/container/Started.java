package dev.gantry.agent.container;

import java.time.Instant;

/// A container whose program runs.
///
/// @param pid the first process, as the host counts
public record Started(String id, long pid, Instant startedAt) {}

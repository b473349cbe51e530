package dev.gantry.agent.cgroup;

/// What the processes of a group use; zeros for a group that is gone.
///
/// @param cpuNanos processor time so far
/// @param memoryBytes memory charged now, without page cache that can be dropped at once
/// @param oomKills processes that the kernel killed for want of memory
/// @param processes tasks now
public record GroupUsage(long cpuNanos, long memoryBytes, long oomKills, long processes) {}

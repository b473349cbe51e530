package dev.gantry.agent.container;

/// What a container's processes use.
///
/// @param cpuNanos processor time since it started, nanoseconds
/// @param memoryBytes memory that is charged now, without page cache that can be dropped at once
/// @param oomKills how often the kernel killed a process of it for want of memory
/// @param processes tasks now
public record Usage(long cpuNanos, long memoryBytes, long oomKills, long processes) {
    /// Of nothing.
    public static final Usage NONE = new Usage(0, 0, 0, 0);
}

package dev.gantry.agent.cgroup;

/// What bounds a group of processes; 0 means no bound.
///
/// @param cpuMillis processor time in thousandths of a processor (the quota)
/// @param cpuRequestMillis its share when processors are short, thousandths of a processor; 0 is
///   the least share
/// @param memoryBytes memory, swap included
/// @param pids processes and threads
public record Limits(long cpuMillis, long cpuRequestMillis, long memoryBytes, long pids) {
    /// No bounds.
    public static final Limits NONE = new Limits(0, 0, 0, 0);

    public Limits {
        if (cpuMillis < 0 || cpuRequestMillis < 0 || memoryBytes < 0 || pids < 0) {
            throw new IllegalArgumentException("a limit is negative");
        }
    }
}

package dev.gantry.agent.container;

/// The host ids that a pod's ids 0 to `length - 1` stand for: the same range for users and groups.
///
/// @param hostStart the host id that is root inside; never 0
/// @param length how many ids; 65,536 for every pod
public record IdRange(long hostStart, int length) {
    /// How many ids each pod has.
    public static final int POD_LENGTH = 65_536;

    private static final long ID_MAX = 0xFFFF_FFFEL;

    public IdRange {
        if (hostStart < 1 || length < 1 || hostStart + length > ID_MAX) {
            throw new IllegalArgumentException(
                    "no id range: start " + hostStart + ", length " + length);
        }
    }

    /// The host id of `id` inside; refuses ids outside the range.
    public long host(long id) {
        if (id < 0 || id >= length) {
            throw new IllegalArgumentException("id " + id + " is not below " + length);
        }
        return hostStart + id;
    }
}

package dev.gantry.agent.image.archive;

/// Bounds of one layer.
///
/// @param entriesMax members of the archive
/// @param bytesMax unpacked, and of the archive itself
public record ExtractionLimits(long entriesMax, long bytesMax) {
    /// Ten times the largest layers seen in public registries.
    public static final ExtractionLimits DEFAULT = new ExtractionLimits(4_000_000, 1L << 37);
}

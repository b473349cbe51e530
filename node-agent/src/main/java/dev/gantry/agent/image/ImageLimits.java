package dev.gantry.agent.image;

import dev.gantry.agent.image.archive.ExtractionLimits;

/// Bounds on what this node takes in.
///
/// @param archiveBytesMax of a loaded archive, and of one compressed layer
/// @param layersAtOnce downloaded and unpacked at a time, over all images
/// @param layer bounds of one layer
public record ImageLimits(long archiveBytesMax, int layersAtOnce, ExtractionLimits layer) {
    /// 128 GiB; four at a time keep two cores and a gigabit line busy.
    public static final ImageLimits DEFAULT =
            new ImageLimits(1L << 37, 4, ExtractionLimits.DEFAULT);
}

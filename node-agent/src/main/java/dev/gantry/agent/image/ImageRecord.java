package dev.gantry.agent.image;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A line of the node's image inventory.
///
/// @param names fully qualified, sorted
/// @param size unpacked, in bytes
/// @param created null when the image does not say
public record ImageRecord(
        List<String> names, Digest digest, Digest id, long size, @Nullable Instant created) {
    public ImageRecord {
        names = List.copyOf(names);
    }
}

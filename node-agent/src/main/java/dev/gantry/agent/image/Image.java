package dev.gantry.agent.image;

import java.nio.file.Path;
import java.util.List;

/// An image that this node holds, unpacked.
///
/// @param name as it was asked for or loaded
/// @param digest of the manifest that was chosen for this platform, or of the index it came from
/// @param id digest of the config: what Docker calls the image id
/// @param layerDirectories base first; absolute; each is `layers/<hex>/` of the store
/// @param size unpacked, in bytes
public record Image(
        ImageReference name,
        Digest digest,
        Digest id,
        List<Path> layerDirectories,
        ImageConfig config,
        long size) {
    public Image {
        layerDirectories = List.copyOf(layerDirectories);
    }
}

package dev.gantry.agent.container;

import java.nio.file.Path;
import java.util.List;

/// The root file system: an overlay of read-only layers and a writable directory.
///
/// @param layers directories, base first, all below one common parent that holds nothing but
///   layers; owned as in the image: each pod sees them through an id-mapped clone
/// @param readOnly whether the program may not write to it
public record RootSpec(List<Path> layers, boolean readOnly) {
    public RootSpec {
        layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("a root file system needs a layer");
        }
    }
}

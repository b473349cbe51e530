package dev.gantry.agent.container;

import java.nio.file.Path;

/// Where the shim writes a container's output, in the CRI format.
///
/// @param file appended to; older parts are `file.1` (newest) to `file.N`
/// @param maxBytes a part longer than this is put aside
/// @param maxFiles parts that are kept, the current one included
public record LogSpec(Path file, long maxBytes, int maxFiles) {
    public LogSpec {
        if (maxBytes < 4096 || maxFiles < 1 || maxFiles > 100) {
            throw new IllegalArgumentException("no log bounds: " + maxBytes + ", " + maxFiles);
        }
    }

    /// Kubernetes' bounds: 5 parts of 10 MiB.
    public static LogSpec of(Path file) {
        return new LogSpec(file, 10L << 20, 5);
    }
}

package dev.gantry.agent.container;

import java.nio.file.Path;

/// One thing mounted into a container besides what every container has.
public sealed interface MountSpec {
    /// Absolute path inside; made when it is missing.
    String target();

    /// A file or directory of the host.
    ///
    /// @param idMapped whether root inside is root on disk: for a host path. Volumes that the agent
    ///   writes belong to the pod's range and are not mapped
    record Bind(Path source, String target, boolean readOnly, boolean idMapped)
            implements MountSpec {}

    /// An empty directory in memory.
    ///
    /// @param sizeBytes most bytes it may take; 0 is half of the machine's memory
    /// @param mode permission bits of its root
    record Tmpfs(String target, long sizeBytes, int mode) implements MountSpec {}
}

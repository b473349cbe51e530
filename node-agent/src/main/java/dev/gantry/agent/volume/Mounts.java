package dev.gantry.agent.volume;

import java.nio.file.Path;

/// Mounts on the host that volumes need: memory. The system's in production.
public interface Mounts {
    /// Mounts a tmpfs.
    ///
    /// @param sizeBytes 0 for half of the machine's memory
    void tmpfs(Path directory, long sizeBytes, int mode);

    /// Unmounts, at once even when it is busy; nothing when it is not mounted.
    void unmount(Path directory);

    /// Whether something is mounted there.
    boolean mounted(Path directory);
}

package dev.gantry.agent.volume;

import dev.gantry.agent.sys.Syscalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Mounts through the kernel.
public final class SystemMounts implements Mounts {
    private final Syscalls syscalls;

    public SystemMounts(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    @Override
    public void tmpfs(Path directory, long sizeBytes, int mode) {
        var options = "mode=" + Integer.toOctalString(mode);
        if (sizeBytes > 0) {
            options += ",size=" + sizeBytes;
        }
        syscalls.mount(
                "tmpfs",
                directory.toString(),
                "tmpfs",
                Syscalls.MS_NOSUID | Syscalls.MS_NODEV,
                options);
    }

    @Override
    public void unmount(Path directory) {
        syscalls.umount(directory.toString(), Syscalls.MNT_DETACH);
    }

    /// A mount has another device than the directory it is on.
    @Override
    public boolean mounted(Path directory) {
        try {
            return Files.isDirectory(directory)
                    && !Files.getAttribute(directory, "unix:dev")
                            .equals(Files.getAttribute(directory.getParent(), "unix:dev"));
        } catch (IOException e) {
            throw new UncheckedIOException("failed to look at " + directory, e);
        }
    }
}

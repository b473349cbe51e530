package dev.gantry.agent.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Kernel settings under `/proc/sys/net`, of the network namespace of the calling thread.
final class HostSysctl {

    private static final Path ROOT = Path.of("/proc/sys/net");

    private HostSysctl() {}

    /// Writes a setting unless it has the value already: so a read-only `/proc/sys` that was set up
    /// beforehand is good enough.
    static void set(String name, String value) {
        Path file = ROOT.resolve(name);
        try {
            if (!Files.readString(file).strip().equals(value)) {
                Files.writeString(file, value);
            }
        } catch (IOException e) {
            throw new NetworkException("failed to set " + file + " to " + value, e);
        }
    }

    /// The same for a setting that some kernels do not have.
    static void setIfPresent(String name, String value) {
        if (Files.exists(ROOT.resolve(name))) {
            set(name, value);
        }
    }

    static String read(String name) {
        try {
            return Files.readString(ROOT.resolve(name)).strip();
        } catch (IOException e) {
            throw new NetworkException("failed to read " + ROOT.resolve(name), e);
        }
    }
}

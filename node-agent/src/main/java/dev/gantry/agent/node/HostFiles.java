package dev.gantry.agent.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Small files of the host's kernel and system.
final class HostFiles {
    private final Path root;

    /// @param root `/` in production
    HostFiles(Path root) {
        this.root = root;
    }

    /// The file's text without surrounding space; empty when it cannot be read.
    String text(String path) {
        try {
            return Files.readString(root.resolve(path)).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /// A line of /proc/meminfo, in bytes.
    Optional<Long> memory(String name) {
        return text("proc/meminfo")
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst();
    }
}

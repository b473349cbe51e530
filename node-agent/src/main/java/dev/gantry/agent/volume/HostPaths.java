package dev.gantry.agent.volume;

import dev.gantry.api.core.v1.HostPathVolumeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Paths of the host that pods mount: their type is checked, and made where the type says so.
final class HostPaths {
    private HostPaths() {}

    static Path of(HostPathVolumeSource source) {
        var path = Path.of(source.getPath());
        if (!path.isAbsolute()) {
            throw new VolumeException("hostPath " + path + " is not absolute");
        }
        try {
            check(path, source.getType());
        } catch (IOException e) {
            throw new VolumeException("failed to make hostPath " + path, e);
        }
        return path;
    }

    private static void check(Path path, String type) throws IOException {
        switch (type) {
            case "" -> {
                if (!Files.exists(path)) {
                    Files.createDirectories(path);
                }
            }
            case "DirectoryOrCreate" -> {
                if (!Files.exists(path)) {
                    Files.createDirectories(path);
                }
                require(Files.isDirectory(path), path, "directory");
            }
            case "Directory" -> require(Files.isDirectory(path), path, "directory");
            case "FileOrCreate" -> {
                if (!Files.exists(path)) {
                    Files.createFile(path);
                }
                require(Files.isRegularFile(path), path, "file");
            }
            case "File" -> require(Files.isRegularFile(path), path, "file");
            case "Socket" -> require(mode(path, 0140000), path, "socket");
            case "CharDevice" -> require(mode(path, 0020000), path, "character device");
            case "BlockDevice" -> require(mode(path, 0060000), path, "block device");
            default -> throw new VolumeException("hostPath type " + type + " is unknown");
        }
    }

    private static boolean mode(Path path, int format) throws IOException {
        return Files.exists(path)
                && ((Integer) Files.getAttribute(path, "unix:mode") & 0170000) == format;
    }

    private static void require(boolean holds, Path path, String word) {
        if (!holds) {
            throw new VolumeException(
                    "hostPath type check failed: %s is not a %s".formatted(path, word));
        }
    }
}

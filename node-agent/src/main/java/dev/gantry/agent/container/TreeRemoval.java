package dev.gantry.agent.container;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Removes what a container wrote. Its directories may be nested deeper than any path or stack
/// allows: so grandchildren are moved up instead of being visited where they are.
final class TreeRemoval {
    private TreeRemoval() {}

    /// Removes a directory with all in it, following no symbolic link.
    static void remove(Path root) throws IOException {
        long moved = 0;
        boolean more = true;
        while (more) {
            more = false;
            try (DirectoryStream<Path> children = Files.newDirectoryStream(root)) {
                for (Path child : children) {
                    if (isDirectory(child)) {
                        moved = empty(root, child, moved);
                        more = true;
                    }
                    Files.deleteIfExists(child);
                }
            }
        }
        Files.deleteIfExists(root);
    }

    private static long empty(Path root, Path directory, long moved) throws IOException {
        long count = moved;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (isDirectory(entry)) {
                    Files.move(entry, root.resolve(".doomed-" + count++));
                } else {
                    Files.delete(entry);
                }
            }
        }
        return count;
    }

    private static boolean isDirectory(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }
}

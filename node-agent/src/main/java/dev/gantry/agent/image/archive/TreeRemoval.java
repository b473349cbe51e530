package dev.gantry.agent.image.archive;

import dev.gantry.agent.sys.FileCallException;
import dev.gantry.agent.sys.FileCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.function.Predicate;

/// Removes trees by descriptors; follows no symbolic link. Trees are no deeper than [TreeWalker]
/// makes them.
public final class TreeRemoval {
    private TreeRemoval() {}

    /// Removes a directory of the host with all below it; nothing when it is not there.
    public static void remove(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(directory);
            return;
        }
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            removeAll(secure(stream));
        }
        Files.delete(directory);
    }

    static void remove(int parent, String name) throws IOException {
        int directory = FileCalls.openDirectoryAt(parent, name);
        try {
            removeContent(directory, ignored -> true);
        } finally {
            FileCalls.closeQuietly(directory);
        }
        FileCalls.removeDirectoryAt(parent, name);
    }

    /// Removes those members whose name (a byte string) the predicate wants.
    static void removeContent(int directory, Predicate<String> wanted) throws IOException {
        Path path = Path.of("/proc/self/fd/" + directory);
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
            for (Path child : secure(stream)) {
                String name = bytes(child);
                if (wanted.test(name)) {
                    removeChild(secure(stream), child);
                }
            }
        }
    }

    private static String bytes(Path child) throws FileCallException {
        String name = String.valueOf(child.getFileName());
        return new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream)
            throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        throw new IOException("this platform cannot remove a directory safely");
    }

    private static void removeAll(SecureDirectoryStream<Path> stream) throws IOException {
        for (Path child : stream) {
            removeChild(stream, child);
        }
    }

    private static void removeChild(SecureDirectoryStream<Path> stream, Path child)
            throws IOException {
        Path name = child.getFileName();
        boolean directory =
                stream.getFileAttributeView(
                                name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .readAttributes()
                        .isDirectory();
        if (!directory) {
            stream.deleteFile(name);
            return;
        }
        try (SecureDirectoryStream<Path> below =
                stream.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            removeAll(below);
        }
        stream.deleteDirectory(name);
    }
}

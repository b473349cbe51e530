package dev.gantry.agent.volume;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Writes a projected volume as the kubelet does: files in a directory of their own, `..data` a
/// link to it, each entry a link through `..data`. An update is one rename of `..data`, so a reader
/// sees the old files or the new ones, all of them.
final class AtomicDirectory {
    private static final String DATA = "..data";

    private final Path root;
    private final Owner owner;

    AtomicDirectory(Path root, Owner owner) {
        this.root = root;
        this.owner = owner;
    }

    /// Makes the directory hold exactly `content`; false when it did already.
    boolean write(Content content) throws IOException {
        var current = current();
        if (current != null && holds(current, content)) {
            return false;
        }
        var fresh = nextName();
        Files.createDirectory(fresh);
        mode(fresh, 0755);
        owner.give(fresh);
        for (var entry : content.files().entrySet()) {
            var file = fresh.resolve(entry.getKey());
            directories(fresh, Path.of(entry.getKey()).getParent());
            Files.write(file, entry.getValue().bytes().toByteArray());
            owner.give(file);
            mode(file, entry.getValue().mode() | (owner.grouped() ? 0040 : 0));
        }
        var link = root.resolve("..data_tmp");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, fresh.getFileName());
        owner.give(link);
        Files.move(link, root.resolve(DATA), StandardCopyOption.ATOMIC_MOVE);
        entries(content);
        if (current != null) {
            delete(current);
        }
        return true;
    }

    private Path nextName() {
        int n = 0;
        while (Files.exists(root.resolve("..v" + n), LinkOption.NOFOLLOW_LINKS)) {
            n++;
        }
        return root.resolve("..v" + n);
    }

    private @Nullable Path current() throws IOException {
        var data = root.resolve(DATA);
        return Files.isSymbolicLink(data) ? root.resolve(Files.readSymbolicLink(data)) : null;
    }

    private static boolean holds(Path directory, Content content) throws IOException {
        var present = new TreeSet<String>();
        try (var walk = Files.walk(directory)) {
            walk.filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS))
                    .forEach(f -> present.add(directory.relativize(f).toString()));
        }
        if (!present.equals(content.files().keySet())) {
            return false;
        }
        for (var entry : content.files().entrySet()) {
            var bytes = Files.readAllBytes(directory.resolve(entry.getKey()));
            if (!entry.getValue().bytes().equals(com.google.protobuf.ByteString.copyFrom(bytes))) {
                return false;
            }
        }
        return true;
    }

    /// Makes the directories on the way to a file; none for one at the top.
    private void directories(Path top, @Nullable Path way) throws IOException {
        if (way == null) {
            return;
        }
        var at = top;
        for (var name : way) {
            at = at.resolve(name);
            if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(at);
                mode(at, 0755);
                owner.give(at);
            }
        }
    }

    private void entries(Content content) throws IOException {
        SortedSet<String> wanted = new TreeSet<>();
        content.files().keySet().forEach(path -> wanted.add(path.split("/", 2)[0]));
        for (var name : wanted) {
            var link = root.resolve(name);
            if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                Files.createSymbolicLink(link, Path.of(DATA, name));
                owner.give(link);
            }
        }
        try (var children = Files.list(root)) {
            for (var child : children.toList()) {
                var name = child.getFileName().toString();
                if (!name.startsWith("..") && !wanted.contains(name)) {
                    Files.deleteIfExists(child);
                }
            }
        }
    }

    static void mode(Path file, int bits) throws IOException {
        Files.setAttribute(file, "unix:mode", bits & 07777, LinkOption.NOFOLLOW_LINKS);
    }

    /// Permission bits as Java's set, without the special bits.
    static Set<PosixFilePermission> permissions(int bits) {
        var all = PosixFilePermission.values();
        var result = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < all.length; i++) {
            if ((bits & (1 << (all.length - 1 - i))) != 0) {
                result.add(all[i]);
            }
        }
        return result;
    }

    /// Deletes a tree, following no link.
    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(
                tree,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path directory, @Nullable IOException failed) throws IOException {
                        if (failed != null) {
                            throw failed;
                        }
                        Files.delete(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}

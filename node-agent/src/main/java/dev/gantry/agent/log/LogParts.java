package dev.gantry.agent.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The files of one log: `file` is written to, `file.1` is the part before it, and so on. They are
/// renamed while they are read, so a part is known by its inode.
final class LogParts {
    private static final int PARTS_MAX = 100;

    private LogParts() {}

    /// An open part.
    record Part(Object key, FileChannel channel) {}

    /// Opens the parts that are newer than the one known as `after` (all when it is null or gone),
    /// oldest first. The newest is opened first: then a rotation on the way shows a part twice,
    /// never not at all.
    static List<Part> newerThan(Path file, @org.jspecify.annotations.Nullable Object after)
            throws IOException {
        Set<Object> seen = new LinkedHashSet<>();
        var parts = new ArrayList<Part>();
        for (int i = 0; i < PARTS_MAX; i++) {
            Path path = i == 0 ? file : file.resolveSibling(file.getFileName() + "." + i);
            Part part = open(path);
            if (part == null) {
                if (i > 0) {
                    break;
                }
                continue;
            }
            if (part.key().equals(after)) {
                part.channel().close();
                break;
            }
            if (seen.add(part.key())) {
                parts.addFirst(part);
            } else {
                part.channel().close();
            }
        }
        return parts;
    }

    private static @org.jspecify.annotations.Nullable Part open(Path path) throws IOException {
        try {
            // The key is read before and after: a rename in between would pair a file with another.
            while (true) {
                Object before = Files.getAttribute(path, "unix:ino");
                FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
                if (before.equals(Files.getAttribute(path, "unix:ino"))) {
                    return new Part(before, channel);
                }
                channel.close();
            }
        } catch (NoSuchFileException e) {
            return null;
        }
    }
}

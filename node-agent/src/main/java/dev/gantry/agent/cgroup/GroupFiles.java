package dev.gantry.agent.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// The files of one hierarchy: what both versions have in common.
final class GroupFiles {
    private static final int REMOVE_TRIES = 200;
    private static final long REMOVE_PAUSE_NANOS = 5_000_000;

    private GroupFiles() {}

    /// An empty name would mean all of our groups: nobody may end those by mistake.
    static void checkName(String group) {
        if (group.isEmpty() || group.startsWith("/") || group.contains("..")) {
            throw new IllegalArgumentException("no control group: " + group);
        }
    }

    static void write(Path file, String value) {
        try {
            Files.writeString(file, value);
        } catch (IOException e) {
            throw new CgroupException("failed to write " + value.strip() + " to " + file, e);
        }
    }

    /// Empty when the file, or its group, is gone.
    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    static long readLong(Path file) {
        String text = read(file).strip();
        return text.isEmpty() || text.equals("max") ? 0 : Long.parseLong(text);
    }

    /// The number after `key` in a file of lines `key number`; 0 when there is none.
    static long field(Path file, String key) {
        for (String line : read(file).split("\n", -1)) {
            if (line.startsWith(key + " ")) {
                return Long.parseLong(line.substring(key.length() + 1).strip());
            }
        }
        return 0;
    }

    static List<Long> processes(Path group) {
        var pids = new ArrayList<Long>();
        for (String line : read(group.resolve("cgroup.procs")).split("\n", -1)) {
            if (!line.isBlank()) {
                pids.add(Long.parseLong(line.strip()));
            }
        }
        return pids;
    }

    static void makeDirectories(Path group) {
        try {
            Files.createDirectories(group);
        } catch (IOException e) {
            throw new CgroupException("failed to make the control group " + group, e);
        }
    }

    /// The groups directly below one.
    static List<Path> children(Path group) {
        if (!Files.isDirectory(group)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(group)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /// Removes a group and those below it. Processes that were killed are counted until they are
    /// gone, which takes the kernel a moment.
    static void removeTree(Path group) {
        children(group).forEach(GroupFiles::removeTree);
        for (int i = 0; i < REMOVE_TRIES; i++) {
            try {
                Files.deleteIfExists(group);
                return;
            } catch (DirectoryNotEmptyException e) {
                throw new CgroupException("failed to remove the control group " + group, e);
            } catch (IOException e) {
                LockSupport.parkNanos(REMOVE_PAUSE_NANOS);
            }
        }
        throw new CgroupException("the control group " + group + " still has processes");
    }

    /// Removes a directory when nothing is in it.
    static boolean removeIfEmpty(Path group) {
        if (!children(group).isEmpty()) {
            return false;
        }
        try {
            Files.delete(group);
            return true;
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Removes a group of the tree at `root` with all below it, then those above that are empty.
    static void removeUpwards(Path root, String group) {
        removeTree(root.resolve(group));
        for (String up = parent(group); !up.isEmpty(); up = parent(up)) {
            if (!removeIfEmpty(root.resolve(up))) {
                return;
            }
        }
        removeIfEmpty(root);
    }

    /// The name of the group above; empty for one directly below the root.
    static String parent(String group) {
        int slash = group.lastIndexOf('/');
        return slash < 0 ? "" : group.substring(0, slash);
    }

    /// Pauses between looks at a group that is being emptied.
    static void pause() {
        LockSupport.parkNanos(REMOVE_PAUSE_NANOS);
    }
}

package dev.gantry.agent.journal;

import com.google.protobuf.ByteString;
import dev.gantry.loop.LogKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A sorted map of small values in one file that is only appended to: a change is one write and one
/// `fdatasync`, however many keys it touches, where a file for each value would take four calls
/// that wait for the disk. A change is on disk as a whole or not at all; a file that was cut short
/// or damaged is read up to its last whole change, and what follows is kept aside.
///
/// Room is written ahead, so that a change does not grow the file (then `fdatasync` need not wait
/// for the file system's own journal), and a disk that becomes full still takes some. Once what is
/// outdated outweighs what is not, the file is written anew and replaced.
///
/// All values are held in memory. Thread-safe.
public final class Journal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final byte[] ZEROS = new byte[64 * 1024];
    private static final long COMPACT_MIN_BYTES = 1024 * 1024;
    private static final int COMPACT_FACTOR = 4;

    private final Path file;
    private final SortedMap<String, ByteString> values;
    private @Nullable FileChannel channel;
    private long end;
    private long room;
    private long live;

    private Journal(Path file, SortedMap<String, ByteString> values) {
        this.file = file;
        this.values = values;
        this.live = sizeOf(values);
    }

    /// Reads what is there, or begins an empty one; its directory is made, for the owner alone.
    ///
    /// @throws UncheckedIOException when the file can be neither read nor written
    public static Journal open(Path file) {
        try {
            Path directory = directoryOf(file);
            if (!Files.isDirectory(directory)) {
                var owner = PosixFilePermissions.fromString("rwx------");
                Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(owner));
            }
            ByteBuffer content;
            try {
                content = ByteBuffer.wrap(Files.readAllBytes(file));
            } catch (NoSuchFileException _) {
                content = ByteBuffer.allocate(0);
            }
            TreeMap<String, ByteString> values = new TreeMap<>();
            long length = Changes.read(content, values);
            var journal = new Journal(file, values);
            if (length > 0 && Changes.isBlank(content)) {
                journal.end = length;
                journal.room = content.capacity();
            } else {
                journal.keepAside(content);
                journal.rewrite();
            }
            return journal;
        } catch (IOException e) {
            throw new UncheckedIOException("failed to open the journal " + file, e);
        }
    }

    /// What is held now: a copy that nobody changes.
    public synchronized SortedMap<String, ByteString> values() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /// Makes a change durable before it returns.
    ///
    /// @throws UncheckedIOException when the disk refuses: then nothing has changed
    public synchronized void change(Map<String, ByteString> puts, Set<String> removals) {
        if (puts.isEmpty() && removals.isEmpty()) {
            return;
        }
        ByteBuffer change = Changes.encode(puts, removals);
        int length = change.remaining();
        try {
            append(change);
        } catch (IOException e) {
            throw new UncheckedIOException("failed to write " + file, e);
        }
        end += length;
        puts.forEach(
                (key, value) -> live += sizeOf(key, value) - sizeOf(key, values.put(key, value)));
        removals.forEach(key -> live -= sizeOf(key, values.remove(key)));
        if (end > Math.max(COMPACT_MIN_BYTES, COMPACT_FACTOR * live)) {
            try {
                rewrite();
            } catch (IOException e) {
                LOG.atWarn()
                        .addKeyValue(LogKeys.PATH, file)
                        .setCause(e)
                        .log("failed to compact a journal, it goes on as it is");
            }
        }
    }

    private void append(ByteBuffer change) throws IOException {
        FileChannel open = channel();
        int length = change.remaining();
        try {
            reserve(open, end + length);
            writeAll(open, change, end);
            open.force(false);
        } catch (IOException e) {
            // Whatever part of it is there must not be read as a change later.
            blank(length);
            throw e;
        }
    }

    private void blank(int length) {
        try {
            writeAll(channel(), ByteBuffer.allocate(length), end);
        } catch (IOException e) {
            LOG.atDebug()
                    .addKeyValue(LogKeys.PATH, file)
                    .setCause(e)
                    .log("failed to blank a change");
            room = end;
        }
    }

    // An interrupt closes a channel under its user.
    private FileChannel channel() throws IOException {
        FileChannel open = channel;
        if (open == null || !open.isOpen()) {
            open = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            channel = open;
        }
        return open;
    }

    private void reserve(FileChannel open, long size) throws IOException {
        while (room < size) {
            writeAll(open, ByteBuffer.wrap(ZEROS), room);
            room += ZEROS.length;
        }
    }

    private void rewrite() throws IOException {
        ByteBuffer whole = Changes.whole(values);
        int length = whole.remaining();
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        var owner = PosixFilePermissions.fromString("rw-------");
        try (FileChannel out =
                FileChannel.open(
                        fresh,
                        EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(owner))) {
            writeAll(out, whole, 0);
            writeAll(out, ByteBuffer.wrap(ZEROS), length);
            out.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        closeChannel();
        end = length;
        room = (long) length + ZEROS.length;
        // A rename is durable only once its directory is (fsync(2)).
        try (FileChannel directory = FileChannel.open(directoryOf(file), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private void keepAside(ByteBuffer content) throws IOException {
        if (content.capacity() == 0) {
            return;
        }
        Path aside = file.resolveSibling(file.getFileName() + ".damaged");
        Files.copy(file, aside, StandardCopyOption.REPLACE_EXISTING);
        LOG.atWarn()
                .addKeyValue(LogKeys.PATH, file)
                .addKeyValue("keptAs", aside)
                .addKeyValue("entries", values.size())
                .log("a journal ends in a change that is cut short or damaged, it is left out");
    }

    @Override
    public synchronized void close() {
        closeChannel();
    }

    private void closeChannel() {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.atDebug().addKeyValue(LogKeys.PATH, file).setCause(e).log("close failed");
            }
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes, long position)
            throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    private static Path directoryOf(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IllegalArgumentException(file + " is no file");
        }
        return directory;
    }

    private static long sizeOf(Map<String, ByteString> values) {
        return values.entrySet().stream().mapToLong(e -> sizeOf(e.getKey(), e.getValue())).sum();
    }

    private static long sizeOf(String key, @Nullable ByteString value) {
        return value == null ? 0 : (long) key.length() + value.size();
    }
}

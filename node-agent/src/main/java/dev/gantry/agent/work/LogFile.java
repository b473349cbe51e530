package dev.gantry.agent.work;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The lines of one run's log, oldest first, over its rotated parts (`file.N` to `file.1`, then
/// `file`), and on into what is still being written.
final class LogFile implements AutoCloseable {
    private static final int BUFFER = 32 << 10;
    private static final int PARTS_MAX = 100;

    private final Path current;
    private final ArrayDeque<Path> older = new ArrayDeque<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).flip();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private @Nullable FileChannel channel;
    // The inode of the current part while it is open.
    private @Nullable Object atEnd;

    /// One record: `TIME STREAM F|P CONTENT`.
    record Line(String time, long nanos, boolean error, boolean partial, ByteString content) {}

    LogFile(Path current) throws IOException {
        this.current = current;
        for (int i = PARTS_MAX; i >= 1; i--) {
            var part = current.resolveSibling(current.getFileName() + "." + i);
            if (Files.exists(part)) {
                older.addLast(part);
            }
        }
        advance();
    }

    /// The next whole line; empty while there is none.
    Optional<Line> next() throws IOException {
        while (true) {
            while (buffer.hasRemaining()) {
                byte b = buffer.get();
                if (b == '\n') {
                    var bytes = line.toByteArray();
                    line.reset();
                    var parsed = parse(bytes);
                    if (parsed.isPresent()) {
                        return parsed;
                    }
                } else {
                    line.write(b);
                }
            }
            if (!fill()) {
                return Optional.empty();
            }
        }
    }

    private boolean fill() throws IOException {
        while (true) {
            var open = channel;
            if (open == null) {
                return false;
            }
            buffer.clear();
            int n = open.read(buffer);
            buffer.flip();
            if (n > 0) {
                return true;
            }
            if (!advance()) {
                return false;
            }
        }
    }

    /// Opens the next part, when there is one and this one will not grow any more.
    private boolean advance() throws IOException {
        var open = channel;
        if (open != null && older.isEmpty() && !rotated(open)) {
            return false;
        }
        var next = older.isEmpty() ? current : older.removeFirst();
        try {
            var fresh = FileChannel.open(next, StandardOpenOption.READ);
            if (open != null) {
                open.close();
            }
            channel = fresh;
            atEnd = older.isEmpty() && next.equals(current) ? key(current) : null;
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /// The file of this name is another one than the one that is open.
    private boolean rotated(FileChannel open) throws IOException {
        return open.isOpen() && Files.exists(current) && !key(current).equals(atEnd);
    }

    private static Object key(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino");
    }

    private static Optional<Line> parse(byte[] bytes) {
        int first = find(bytes, 0);
        int second = first < 0 ? -1 : find(bytes, first + 1);
        int third = second < 0 ? -1 : find(bytes, second + 1);
        if (first < 0 || second < 0 || third < 0) {
            return Optional.empty();
        }
        var time = new String(bytes, 0, first, StandardCharsets.US_ASCII);
        try {
            var at = Instant.parse(time);
            return Optional.of(
                    new Line(
                            time,
                            at.getEpochSecond() * 1_000_000_000L + at.getNano(),
                            bytes[first + 4] == 'e',
                            bytes[second + 1] == 'P',
                            ByteString.copyFrom(bytes, third + 1, bytes.length - third - 1)));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static int find(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == ' ') {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        var open = channel;
        if (open != null) {
            open.close();
        }
    }
}

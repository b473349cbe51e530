package dev.gantry.agent.log;

import dev.gantry.agent.log.LogParts.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Reads a log that a shim writes, through its rotations, without losing or repeating a line.
public final class LogReader {
    private static final long WAIT_MILLIS = 100;

    private final Path file;
    private final LogQuery query;
    private final LogSink sink;
    private long bytesLeft;
    private boolean full;

    private LogReader(Path file, LogQuery query, LogSink sink) {
        this.file = file.toAbsolutePath();
        this.query = query;
        this.sink = sink;
        this.bytesLeft = query.limitBytes() > 0 ? query.limitBytes() : Long.MAX_VALUE;
    }

    /// Takes lines as they are read.
    public interface LogSink {
        /// False when no more are wanted.
        boolean accept(LogLine line) throws InterruptedException;
    }

    /// Reads what `query` asks for; blocks when it follows. A log that does not exist is empty.
    ///
    /// @param file the newest part
    /// @param finished whether nothing will be written any more; then following ends
    public static void read(Path file, LogQuery query, BooleanSupplier finished, LogSink sink)
            throws InterruptedException {
        var reader = new LogReader(file, query, sink);
        try {
            if (query.follow()) {
                reader.follow(finished);
            } else {
                reader.readOnce();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("failed to read the log " + file, e);
        }
    }

    private void readOnce() throws IOException, InterruptedException {
        List<Part> parts = LogParts.newerThan(file, null);
        try {
            List<RecordScanner> scanners = startAt(parts);
            for (RecordScanner scanner : scanners) {
                drain(scanner);
            }
        } finally {
            close(parts);
        }
    }

    /// Skips to the first of the last lines that are wanted; returns what is left to read.
    private List<RecordScanner> startAt(List<Part> parts) throws IOException {
        var scanners = new ArrayList<RecordScanner>();
        parts.forEach(p -> scanners.add(new RecordScanner(p.channel())));
        if (query.tailLines().isEmpty()) {
            return scanners;
        }
        long wanted = query.tailLines().getAsLong();
        var starts = lineStarts(scanners, wanted);
        int first = starts.isEmpty() ? scanners.size() - 1 : (int) starts.getFirst()[0];
        for (int i = Math.max(first, 0); i < scanners.size(); i++) {
            scanners.get(i).seek(0);
        }
        if (!starts.isEmpty()) {
            scanners.get(first).seek(starts.getFirst()[1]);
        } else if (wanted == 0 && first >= 0) {
            // Of none of the lines that are there, only those to come are wanted.
            scanners.get(first).seek(parts.get(first).channel().size());
        }
        return scanners.subList(Math.max(first, 0), scanners.size());
    }

    /// Part and offset of the last lines; a line may be several records.
    private static ArrayDeque<long[]> lineStarts(List<RecordScanner> scanners, long wanted)
            throws IOException {
        var starts = new ArrayDeque<long[]>();
        boolean fresh = true;
        for (int i = 0; i < scanners.size(); i++) {
            RecordScanner scanner = scanners.get(i);
            long at = scanner.offset();
            Optional<LogLine> line = scanner.next();
            while (line.isPresent()) {
                if (fresh) {
                    starts.addLast(new long[] {i, at});
                }
                fresh = !line.get().partial();
                if (starts.size() > wanted) {
                    starts.removeFirst();
                }
                at = scanner.offset();
                line = scanner.next();
            }
        }
        return starts;
    }

    private void follow(BooleanSupplier finished) throws IOException, InterruptedException {
        try (WatchService watch = watch()) {
            List<Part> parts = LogParts.newerThan(file, null);
            try {
                List<RecordScanner> scanners = startAt(parts);
                for (int i = 0; i < scanners.size() - 1; i++) {
                    drain(scanners.get(i));
                }
                RecordScanner current = scanners.isEmpty() ? null : scanners.getLast();
                Object key = parts.isEmpty() ? null : parts.getLast().key();
                followFrom(parts, current, key, finished, watch);
            } finally {
                close(parts);
            }
        }
    }

    private void followFrom(
            List<Part> opened,
            @Nullable RecordScanner first,
            @Nullable Object firstKey,
            BooleanSupplier finished,
            @Nullable WatchService watch)
            throws IOException, InterruptedException {
        RecordScanner current = first;
        Object key = firstKey;
        while (!full) {
            boolean last = finished.getAsBoolean();
            if (current != null) {
                drain(current);
            }
            List<Part> newer = LogParts.newerThan(file, key);
            opened.addAll(newer);
            if (!newer.isEmpty() && current != null) {
                // What was written before the rotation and after the last look.
                drain(current);
            }
            for (Part part : newer) {
                current = new RecordScanner(part.channel());
                key = part.key();
                drain(current);
            }
            if (last && newer.isEmpty()) {
                return;
            }
            if (newer.isEmpty()) {
                await(watch);
            }
        }
    }

    /// Notices are per directory; a machine that has no more of them to give is looked at instead.
    private @Nullable WatchService watch() {
        try {
            WatchService watch = file.getFileSystem().newWatchService();
            Path directory = file.getParent();
            if (directory != null) {
                directory.register(
                        watch,
                        StandardWatchEventKinds.ENTRY_MODIFY,
                        StandardWatchEventKinds.ENTRY_CREATE);
            }
            return watch;
        } catch (IOException e) {
            return null;
        }
    }

    private static void await(@Nullable WatchService watch) throws InterruptedException {
        if (watch == null) {
            TimeUnit.MILLISECONDS.sleep(WAIT_MILLIS);
            return;
        }
        WatchKey key = watch.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        if (key != null) {
            key.pollEvents();
            key.reset();
        }
    }

    private void drain(RecordScanner scanner) throws IOException, InterruptedException {
        Optional<LogLine> line = full ? Optional.empty() : scanner.next();
        while (line.isPresent()) {
            give(line.get());
            line = full ? Optional.empty() : scanner.next();
        }
    }

    private void give(LogLine line) throws InterruptedException {
        if (line.time().isBefore(query.since())) {
            return;
        }
        bytesLeft -= line.content().size() + (line.partial() ? 0 : 1);
        if (bytesLeft < 0 || !sink.accept(line)) {
            full = true;
        }
    }

    private static void close(List<Part> parts) throws IOException {
        for (Part part : parts) {
            part.channel().close();
        }
    }
}

package dev.gantry.agent.log;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/// Reads the records of one part in order; a record that is not complete yet is left for later.
final class RecordScanner {
    /// A record is at most a line of 16 KiB and its head.
    private static final int RECORD_BYTES_MAX = 1 << 17;

    private static final int READ_BYTES = 65_536;

    private final FileChannel channel;
    private byte[] bytes = new byte[READ_BYTES];
    private int start;
    private int end;
    private long position;

    RecordScanner(FileChannel channel) {
        this.channel = channel;
    }

    /// Where the next record starts.
    long offset() {
        return position - (end - start);
    }

    void seek(long offset) {
        position = offset;
        start = 0;
        end = 0;
    }

    /// The next whole record; empty at the end of what is there. What is no record is passed over.
    Optional<LogLine> next() throws IOException {
        while (true) {
            int feed = feed();
            if (feed < 0) {
                if (!fill()) {
                    return Optional.empty();
                }
                continue;
            }
            LogLine line = parse(start, feed);
            start = feed + 1;
            if (line != null) {
                return Optional.of(line);
            }
        }
    }

    private int feed() {
        for (int i = start; i < end; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private boolean fill() throws IOException {
        if (start > 0) {
            System.arraycopy(bytes, start, bytes, 0, end - start);
            end -= start;
            start = 0;
        }
        if (end == bytes.length) {
            if (bytes.length >= RECORD_BYTES_MAX) {
                // No record is so long: the file is not ours, and the bytes are given up.
                end = 0;
            } else {
                bytes = java.util.Arrays.copyOf(bytes, bytes.length * 2);
            }
        }
        int n = channel.read(ByteBuffer.wrap(bytes, end, bytes.length - end), position);
        if (n <= 0) {
            return false;
        }
        position += n;
        end += n;
        return true;
    }

    /// `TIME STREAM TAG CONTENT`; null for anything else.
    private @org.jspecify.annotations.Nullable LogLine parse(int from, int to) {
        int time = space(from, to);
        int stream = time < 0 ? -1 : space(time + 1, to);
        if (stream < 0 || stream + 2 >= to || bytes[stream + 2] != ' ') {
            return null;
        }
        try {
            Instant at =
                    Instant.parse(new String(bytes, from, time - from, StandardCharsets.US_ASCII));
            boolean error = bytes[stream - 1] == 'r';
            boolean partial = bytes[stream + 1] == 'P';
            int content = stream + 3;
            return new LogLine(
                    at, error, partial, ByteString.copyFrom(bytes, content, to - content));
        } catch (DateTimeException e) {
            return null;
        }
    }

    private int space(int from, int to) {
        for (int i = Math.max(from, 0); i < to; i++) {
            if (bytes[i] == ' ') {
                return i;
            }
        }
        return -1;
    }
}

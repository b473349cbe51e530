package dev.gantry.agent.journal;

import com.google.protobuf.ByteString;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/// The form of a journal: 8 magic bytes (the last is the version), then changes, then zeros. A
/// change is its length (4 bytes, never 0), the CRC-32C of its body (4 bytes) and the body: for
/// each key one byte (1 put, 2 remove), its length and bytes, and for a put the value's length and
/// bytes.
final class Changes {
    private static final long MAGIC = 0x47414e54524a4c01L; // "GANTRJL", 1
    private static final int HEADER = Integer.BYTES + Integer.BYTES;
    private static final byte PUT = 1;
    private static final byte REMOVE = 2;

    private Changes() {}

    /// A file that holds these values alone.
    static ByteBuffer whole(Map<String, ByteString> values) {
        ByteBuffer change = values.isEmpty() ? ByteBuffer.allocate(0) : encode(values, Set.of());
        return ByteBuffer.allocate(Long.BYTES + change.remaining())
                .putLong(MAGIC)
                .put(change)
                .flip();
    }

    static ByteBuffer encode(Map<String, ByteString> puts, Set<String> removals) {
        long length = HEADER;
        for (var put : puts.entrySet()) {
            length += 1 + keySize(put.getKey()) + Integer.BYTES + put.getValue().size();
        }
        for (String key : removals) {
            length += 1 + keySize(key);
        }
        ByteBuffer change = ByteBuffer.allocate(Math.toIntExact(length)).position(HEADER);
        puts.forEach((key, value) -> {
            putKey(change, PUT, key);
            change.putInt(value.size());
            value.copyTo(change);
        });
        removals.forEach(key -> putKey(change, REMOVE, key));
        change.flip();
        ByteBuffer body = change.slice(HEADER, change.remaining() - HEADER);
        change.putInt(0, body.remaining());
        change.putInt(Integer.BYTES, checksum(body));
        return change;
    }

    private static int keySize(String key) {
        return Integer.BYTES + key.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void putKey(ByteBuffer change, byte operation, String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        change.put(operation).putInt(bytes.length).put(bytes);
    }

    /// Reads whole changes into `values`, and leaves `file` after the last of them.
    ///
    /// @return how many bytes are good; 0 when the file is no journal
    static long read(ByteBuffer file, Map<String, ByteString> values) {
        if (file.remaining() < Long.BYTES || file.getLong(0) != MAGIC) {
            return 0;
        }
        file.position(Long.BYTES);
        while (file.remaining() >= HEADER) {
            int length = file.getInt(file.position());
            if (length <= 0 || length > file.remaining() - HEADER) {
                break;
            }
            ByteBuffer body = file.slice(file.position() + HEADER, length);
            if (checksum(body.duplicate()) != file.getInt(file.position() + Integer.BYTES)
                    || !apply(body, values)) {
                break;
            }
            file.position(file.position() + HEADER + length);
        }
        return file.position();
    }

    // Applies all of a body or nothing.
    private static boolean apply(ByteBuffer body, Map<String, ByteString> values) {
        TreeMap<String, ByteString> puts = new TreeMap<>();
        Set<String> removals = new TreeSet<>();
        try {
            while (body.hasRemaining()) {
                byte operation = body.get();
                String key = take(body).toStringUtf8();
                switch (operation) {
                    case PUT -> puts.put(key, take(body));
                    case REMOVE -> removals.add(key);
                    default -> {
                        return false;
                    }
                }
            }
        } catch (BufferUnderflowException | IllegalArgumentException _) {
            return false;
        }
        values.putAll(puts);
        removals.forEach(values::remove);
        return true;
    }

    private static ByteString take(ByteBuffer body) {
        int length = body.getInt();
        if (length < 0 || length > body.remaining()) {
            throw new IllegalArgumentException("a length of " + length);
        }
        return ByteString.copyFrom(body, length);
    }

    /// Whether only zeros are left.
    static boolean isBlank(ByteBuffer file) {
        for (int i = file.position(); i < file.limit(); i++) {
            if (file.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static int checksum(ByteBuffer body) {
        var crc = new CRC32C();
        crc.update(body);
        return (int) crc.getValue();
    }
}

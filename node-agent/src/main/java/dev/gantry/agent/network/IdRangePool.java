package dev.gantry.agent.network;

import dev.gantry.agent.container.IdRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/// The id ranges of the node's pods: multiples of 65,536 from a base on, none of them twice at a
/// time, and none that the host gave to a user (subuid(5)).
final class IdRangePool {

    /// Far more than pods on a node; it bounds the search.
    private static final int SLOTS = 16_384;

    private static final long ID_END = 0xffff_fffeL;

    private final long base;
    private final int slots;
    private final BitSet taken = new BitSet();
    private int next;

    /// @param foreign lines of `/etc/subuid` and `/etc/subgid`: `name:start:count`
    IdRangePool(long base, List<String> foreign) {
        long length = IdRange.POD_LENGTH;
        this.base = (base + length - 1) / length * length;
        this.slots = (int) Math.min(SLOTS, (ID_END - this.base) / length);
        if (slots < 1) {
            throw new IllegalArgumentException("no id range fits above " + base);
        }
        foreign.forEach(this::skip);
    }

    static List<String> subordinateIds() {
        return List.of("/etc/subuid", "/etc/subgid").stream()
                .map(Path::of)
                .filter(Files::isReadable)
                .flatMap(file -> lines(file).stream())
                .toList();
    }

    /// @throws NetworkException when all are taken
    synchronized IdRange take() {
        int free = taken.nextClearBit(next);
        if (free >= slots) {
            free = taken.nextClearBit(0);
        }
        if (free >= slots) {
            throw new NetworkException("all " + slots + " id ranges for pods are in use");
        }
        taken.set(free);
        next = free + 1;
        return new IdRange(base + (long) free * IdRange.POD_LENGTH, IdRange.POD_LENGTH);
    }

    /// Marks every slot that the range touches.
    synchronized void reserve(long start, long length) {
        long first = Math.max(0, (start - base) / IdRange.POD_LENGTH);
        long last = (start + length - 1 - base) / IdRange.POD_LENGTH;
        if (length > 0 && start + length > base && first < slots) {
            taken.set((int) first, (int) Math.min(slots, last + 1));
        }
    }

    synchronized void release(IdRange range) {
        long slot = (range.hostStart() - base) / IdRange.POD_LENGTH;
        if (range.hostStart() >= base && slot < slots) {
            taken.clear((int) slot);
        }
    }

    /// A line that cannot be read is useradd(8)'s to complain about.
    private void skip(String line) {
        String[] parts = line.strip().split(":", -1);
        if (parts.length == 3
                && parts[1].matches("[0-9]{1,10}")
                && parts[2].matches("[0-9]{1,10}")) {
            reserve(Long.parseLong(parts[1]), Long.parseLong(parts[2]));
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException("failed to read " + file, e);
        }
    }
}

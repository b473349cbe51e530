package dev.gantry.agent.image.archive;

import dev.gantry.agent.image.archive.TarEntry.Kind;
import dev.gantry.agent.image.archive.TarEntry.Piece;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads tar as GNU tar, bsdtar and Go's archive/tar write it: ustar, PAX, GNU long names, GNU
/// sparse files (pax(1); GNU tar manual "Tar Internals"). Memory is bounded whatever the archive
/// says: names and PAX headers by 1 MiB, as Go has it. commons-compress is not used here because it
/// reads a GNU long name of any length into memory.
public final class TarReader {
    static final int BLOCK = 512;
    private static final int SPECIAL_MAX = 1 << 20;
    private static final int NUL = 0;

    private final InputStream in;
    private final byte[] scratch = new byte[16 * 1024];
    private long left;
    private long padding;
    private boolean ended;

    /// @param in the uncompressed archive, buffered; not closed here
    public TarReader(InputStream in) {
        this.in = in;
    }

    /// The next member, its data at [#read]; null at the end. Throws [ArchiveException] for what is
    /// not tar, other `IOException` when the stream fails.
    public @Nullable TarEntry next() throws IOException {
        Map<String, String> pax = new LinkedHashMap<>();
        @Nullable String longName = null;
        @Nullable String longLink = null;
        while (true) {
            byte @Nullable [] block = header();
            if (block == null) {
                return null;
            }
            TarHeader header = TarHeader.parse(block);
            switch (header.flag()) {
                case 'x' -> PaxRecords.read(special(header), pax);
                // A global header only carries comments in practice; Go's reader ignores it too.
                case 'g' -> special(header);
                case 'L' -> longName = untilNul(special(header));
                case 'K' -> longLink = untilNul(special(header));
                default -> {
                    return entry(header, pax, longName, longLink);
                }
            }
        }
    }

    /// Reads stored data of the current member; -1 at its end.
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int count = in.read(buffer, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException("the archive ends in the middle of a file");
        }
        left -= count;
        return count;
    }

    private TarEntry entry(
            TarHeader header,
            Map<String, String> pax,
            @Nullable String longName,
            @Nullable String longLink)
            throws IOException {
        String name = pax.getOrDefault("path", longName == null ? header.name() : longName);
        String link = pax.getOrDefault("linkpath", longLink == null ? header.link() : longLink);
        Kind type = type(header.flag(), name);
        long stored = PaxRecords.number(pax, "size", header.size());
        if (stored < 0) {
            throw new ArchiveException(TarEntry.shown(name) + ": negative size");
        }
        left = type == Kind.FILE ? stored : 0;
        padding = -left & (BLOCK - 1);
        List<Piece> pieces = List.of(new Piece(0, left));
        long size = left;
        if (type == Kind.FILE) {
            SparseMap sparse = new SparseMap(this, pax, header);
            if (sparse.present()) {
                pieces = sparse.pieces(left);
                size = sparse.realSize();
                name = pax.getOrDefault("GNU.sparse.name", name);
                SparseMap.check(name, pieces, size, left);
            }
        }
        checkText(name, link);
        PaxRecords.Time time = PaxRecords.time(pax, header.seconds());
        return new TarEntry(
                name,
                type,
                size,
                header.mode() & 07777,
                PaxRecords.number(pax, "uid", header.uid()),
                PaxRecords.number(pax, "gid", header.gid()),
                time.seconds(),
                time.nanos(),
                link,
                header.major(),
                header.minor(),
                PaxRecords.attributes(pax),
                pieces);
    }

    private static void checkText(String name, String link) throws ArchiveException {
        if (name.indexOf(NUL) >= 0 || link.indexOf(NUL) >= 0) {
            throw new ArchiveException(TarEntry.shown(name) + ": a NUL byte in a name");
        }
    }

    private static Kind type(char flag, String name) throws ArchiveException {
        return switch (flag) {
            case '0', '\0', '7', 'S' -> name.endsWith("/") ? Kind.DIRECTORY : Kind.FILE;
            case '1' -> Kind.HARD_LINK;
            case '2' -> Kind.SYMLINK;
            case '3' -> Kind.CHARACTER_DEVICE;
            case '4' -> Kind.BLOCK_DEVICE;
            case '5' -> Kind.DIRECTORY;
            case '6' -> Kind.FIFO;
            default ->
                    throw new ArchiveException(
                            TarEntry.shown(name) + ": unknown type " + (int) flag);
        };
    }

    private byte @Nullable [] header() throws IOException {
        skipRest();
        if (ended) {
            return null;
        }
        byte[] block = new byte[BLOCK];
        if (!fill(block)) {
            ended = true;
            return null;
        }
        if (!zero(block)) {
            return block;
        }
        ended = true;
        byte[] second = new byte[BLOCK];
        if (fill(second) && !zero(second)) {
            throw new ArchiveException("not a tar archive: data after the end marker");
        }
        return null;
    }

    private void skipRest() throws IOException {
        skip(left + padding);
        left = 0;
        padding = 0;
    }

    /// Reads, because skipping would go past whoever computes a digest of the stream.
    private void skip(long count) throws IOException {
        long rest = count;
        while (rest > 0) {
            int read = in.read(scratch, 0, (int) Math.min(scratch.length, rest));
            if (read < 0) {
                throw new EOFException("the archive ends in the middle of a file");
            }
            rest -= read;
        }
    }

    /// Reads a whole block of the current member's data: a sparse map.
    byte[] dataBlock() throws IOException {
        byte[] block = new byte[BLOCK];
        if (left < BLOCK) {
            throw new ArchiveException("a sparse map is cut short");
        }
        if (!fill(block)) {
            throw new EOFException("the archive ends in a sparse map");
        }
        left -= BLOCK;
        return block;
    }

    /// Reads a block that follows a header and belongs to it: more of an old GNU sparse map.
    byte[] headerBlock() throws IOException {
        byte[] block = new byte[BLOCK];
        if (!fill(block)) {
            throw new EOFException("the archive ends in a header");
        }
        return block;
    }

    long left() {
        return left;
    }

    private boolean fill(byte[] block) throws IOException {
        int count = in.readNBytes(block, 0, block.length);
        if (count == 0) {
            return false;
        }
        if (count < block.length) {
            throw new EOFException("the archive ends in the middle of a block");
        }
        return true;
    }

    private byte[] special(TarHeader header) throws IOException {
        long size = header.size();
        if (size < 0 || size > SPECIAL_MAX) {
            throw new ArchiveException("a header of " + size + " bytes is larger than 1 MiB");
        }
        byte[] content = in.readNBytes((int) size);
        if (content.length < size) {
            throw new EOFException("the archive ends in a header");
        }
        skip(-size & (BLOCK - 1));
        return content;
    }

    private static boolean zero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static String untilNul(byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        int end = text.indexOf(NUL);
        return end < 0 ? text : text.substring(0, end);
    }
}

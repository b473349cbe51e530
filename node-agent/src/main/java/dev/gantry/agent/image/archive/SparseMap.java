package dev.gantry.agent.image.archive;

import dev.gantry.agent.image.archive.TarEntry.Piece;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Where the data of a sparse file belongs: old GNU, PAX 0.0, 0.1 and 1.0 (GNU tar manual, "Storing
/// Sparse Files").
final class SparseMap {
    static final String MAP = "GNU.sparse.map";
    private static final int PIECES_MAX = 65_536;
    private static final int OLD_IN_HEADER = 4;
    private static final int OLD_IN_BLOCK = 21;

    private final TarReader reader;
    private final Map<String, String> pax;
    private final TarHeader header;
    private final boolean old;
    private final boolean first;

    SparseMap(TarReader reader, Map<String, String> pax, TarHeader header) {
        this.reader = reader;
        this.pax = pax;
        this.header = header;
        this.old = header.flag() == 'S';
        this.first = "1".equals(pax.get("GNU.sparse.major"));
    }

    boolean present() {
        return old || first || pax.containsKey(MAP);
    }

    long realSize() throws ArchiveException {
        if (old) {
            return TarHeader.number(header.block().bytes(), 483, 12);
        }
        String key = pax.containsKey("GNU.sparse.realsize") ? "realsize" : "size";
        return PaxRecords.number(pax, "GNU.sparse." + key, -1);
    }

    List<Piece> pieces(long stored) throws IOException {
        if (old) {
            return oldPieces();
        }
        if (first) {
            return firstPieces(stored);
        }
        String[] numbers = pax.getOrDefault(MAP, "").split(",", PIECES_MAX * 2 + 1);
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i + 1 < numbers.length; i += 2) {
            add(pieces, number(numbers[i]), number(numbers[i + 1]));
        }
        return pieces;
    }

    private List<Piece> oldPieces() throws IOException {
        List<Piece> pieces = new ArrayList<>();
        byte[] block = header.block().bytes();
        oldRows(block, 386, OLD_IN_HEADER, pieces);
        boolean more = block[482] != 0;
        while (more) {
            byte[] extension = reader.headerBlock();
            oldRows(extension, 0, OLD_IN_BLOCK, pieces);
            more = extension[504] != 0;
        }
        return pieces;
    }

    private static void oldRows(byte[] block, int offset, int rows, List<Piece> pieces)
            throws ArchiveException {
        for (int i = 0; i < rows; i++) {
            int at = offset + i * 24;
            if (block[at] == 0) {
                return;
            }
            add(pieces, TarHeader.number(block, at, 12), TarHeader.number(block, at + 12, 12));
        }
    }

    /// 1.0: decimal lines at the start of the data, padded to whole blocks.
    private List<Piece> firstPieces(long stored) throws IOException {
        Lines lines = new Lines();
        long count = lines.next();
        if (count < 0 || count > PIECES_MAX) {
            throw new ArchiveException("a sparse map has too many pieces");
        }
        List<Piece> pieces = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            long offset = lines.next();
            add(pieces, offset, lines.next());
        }
        if (reader.left() > stored) {
            throw new ArchiveException("a sparse map is malformed");
        }
        return pieces;
    }

    /// Numbers, each ended by a line feed, out of data blocks.
    private final class Lines {
        private byte[] block = new byte[0];
        private int at;

        long next() throws IOException {
            StringBuilder digits = new StringBuilder();
            while (true) {
                if (at == block.length) {
                    block = reader.dataBlock();
                    at = 0;
                }
                char c = (char) (block[at++] & 0xff);
                if (c == '\n') {
                    return number(digits.toString());
                }
                if (digits.length() > 20) {
                    throw new ArchiveException("a sparse map is malformed");
                }
                digits.append(c);
            }
        }
    }

    private static void add(List<Piece> pieces, long offset, long length) throws ArchiveException {
        if (pieces.size() >= PIECES_MAX) {
            throw new ArchiveException("a sparse map has too many pieces");
        }
        pieces.add(new Piece(offset, length));
    }

    private static long number(String digits) throws ArchiveException {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new ArchiveException("a sparse map is malformed", e);
        }
    }

    /// Refuses a map whose pieces overlap, leave the file, or want more data than is stored.
    static void check(String name, List<Piece> pieces, long size, long stored)
            throws ArchiveException {
        long at = 0;
        long data = 0;
        for (Piece piece : pieces) {
            boolean ordered = piece.offset() >= at && piece.length() >= 0;
            if (!ordered || piece.offset() > size || piece.length() > size - piece.offset()) {
                throw new ArchiveException(TarEntry.shown(name) + ": its sparse map is malformed");
            }
            at = piece.offset() + piece.length();
            data += piece.length();
        }
        if (data > stored) {
            throw new ArchiveException(TarEntry.shown(name) + ": its sparse map is malformed");
        }
    }
}

package dev.gantry.agent.image.archive;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A member of a tar archive. Names are byte strings, one `char` a byte.
///
/// @param size of the file that results; the stored data is shorter when the file is sparse
/// @param mode permission bits with set-user-id, set-group-id and sticky
/// @param attributes extended attributes by name
/// @param pieces what the stored data fills; one piece from 0 when the file is not sparse
public record TarEntry(
        String name,
        Kind type,
        long size,
        int mode,
        long uid,
        long gid,
        long seconds,
        int nanos,
        String linkName,
        long major,
        long minor,
        Map<String, byte[]> attributes,
        List<Piece> pieces) {
    public TarEntry {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        pieces = List.copyOf(pieces);
    }

    /// What the entry makes.
    public enum Kind {
        FILE,
        HARD_LINK,
        SYMLINK,
        CHARACTER_DEVICE,
        BLOCK_DEVICE,
        DIRECTORY,
        FIFO
    }

    /// A stretch of a sparse file that has data.
    public record Piece(long offset, long length) {}

    /// The name for people.
    public String shownName() {
        return shown(name);
    }

    static String shown(String bytes) {
        String text =
                new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        String cut = text.length() > 200 ? text.substring(0, 200) + "..." : text;
        return cut.codePoints()
                .map(point -> Character.isISOControl(point) ? '?' : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}

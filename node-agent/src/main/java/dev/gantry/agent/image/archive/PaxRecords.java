package dev.gantry.agent.image.archive;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// The `length key=value` records of a PAX header (pax(1)), kept as byte strings.
final class PaxRecords {
    private static final String ATTRIBUTE = "SCHILY.xattr.";
    private static final int NANO_DIGITS = 9;

    private PaxRecords() {}

    /// A time stamp.
    record Time(long seconds, int nanos) {}

    static void read(byte[] content, Map<String, String> into) throws ArchiveException {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        StringBuilder offsets = new StringBuilder();
        int at = 0;
        while (at < text.length() && text.charAt(at) != 0) {
            int space = text.indexOf(' ', at);
            int length = space < 0 ? -1 : decimal(text.substring(at, space));
            int end = at + length;
            if (length <= 0
                    || end > text.length()
                    || end <= space
                    || text.charAt(end - 1) != '\n') {
                throw new ArchiveException("a PAX header is malformed");
            }
            int equals = text.indexOf('=', space);
            if (equals <= space + 1 || equals >= end) {
                throw new ArchiveException("a PAX header is malformed");
            }
            put(
                    text.substring(space + 1, equals),
                    text.substring(equals + 1, end - 1),
                    into,
                    offsets);
            at = end;
        }
        if (!offsets.isEmpty()) {
            into.put(SparseMap.MAP, offsets.toString());
        }
    }

    /// GNU sparse 0.0 repeats a pair of keys for each piece; they become 0.1's one list.
    private static void put(
            String key, String value, Map<String, String> into, StringBuilder offsets) {
        if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
            offsets.append(offsets.isEmpty() ? "" : ",").append(value);
            return;
        }
        // An empty value takes back an earlier one.
        if (value.isEmpty() && !key.startsWith(ATTRIBUTE)) {
            into.remove(key);
            return;
        }
        into.put(key, value);
    }

    private static int decimal(String digits) {
        if (digits.isEmpty() || digits.length() > 8) {
            return -1;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return -1;
            }
        }
        return Integer.parseInt(digits);
    }

    static long number(Map<String, String> pax, String key, long otherwise)
            throws ArchiveException {
        String value = pax.get(key);
        if (value == null) {
            return otherwise;
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new ArchiveException("a PAX header's " + key + " is not a number", e);
        }
    }

    static Time time(Map<String, String> pax, long otherwise) throws ArchiveException {
        String value = pax.get("mtime");
        if (value == null) {
            return new Time(otherwise, 0);
        }
        int dot = value.indexOf('.');
        String whole = dot < 0 ? value : value.substring(0, dot);
        String part = dot < 0 ? "" : value.substring(dot + 1);
        part = (part + "000000000").substring(0, NANO_DIGITS);
        try {
            long seconds = Long.parseLong(whole);
            int nanos = Integer.parseInt(part);
            if (whole.startsWith("-") && nanos > 0) {
                return new Time(seconds - 1, 1_000_000_000 - nanos);
            }
            return new Time(seconds, Math.max(0, nanos));
        } catch (NumberFormatException e) {
            throw new ArchiveException("a PAX header's mtime is not a number", e);
        }
    }

    static Map<String, byte[]> attributes(Map<String, String> pax) {
        Map<String, byte[]> attributes = new LinkedHashMap<>();
        pax.forEach((key, value) -> {
            if (key.startsWith(ATTRIBUTE)) {
                attributes.put(
                        key.substring(ATTRIBUTE.length()),
                        value.getBytes(StandardCharsets.ISO_8859_1));
            }
        });
        return attributes;
    }
}

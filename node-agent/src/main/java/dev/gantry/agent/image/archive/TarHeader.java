package dev.gantry.agent.image.archive;

import java.nio.charset.StandardCharsets;

/// The fields of one 512-byte header, as they stand there.
record TarHeader(
        String name,
        int mode,
        long uid,
        long gid,
        long size,
        long seconds,
        char flag,
        String link,
        long major,
        long minor,
        Block block) {
    private static final int CHECKSUM_AT = 148;

    /// The header itself: what else is in it depends on its type.
    static final class Block {
        private final byte[] bytes;

        Block(byte[] bytes) {
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    private static final int CHECKSUM_LENGTH = 8;

    static TarHeader parse(byte[] block) throws ArchiveException {
        checkSum(block);
        boolean posix = text(block, 257, 6).equals("ustar") && block[263] == '0';
        String name = text(block, 0, 100);
        if (posix) {
            // star (the trailer "tar") keeps times behind a shorter prefix.
            boolean star = text(block, 508, 4).equals("tar");
            String prefix = text(block, 345, star ? 131 : 155);
            name = prefix.isEmpty() ? name : prefix + "/" + name;
        }
        char flag = (char) (block[156] & 0xff);
        boolean device = flag == '3' || flag == '4';
        return new TarHeader(
                name,
                (int) number(block, 100, 8),
                number(block, 108, 8),
                number(block, 116, 8),
                number(block, 124, 12),
                number(block, 136, 12),
                flag,
                text(block, 157, 100),
                device ? number(block, 329, 8) : 0,
                device ? number(block, 337, 8) : 0,
                new Block(block));
    }

    private static void checkSum(byte[] block) throws ArchiveException {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < TarReader.BLOCK; i++) {
            boolean inSum = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_LENGTH;
            unsigned += inSum ? ' ' : block[i] & 0xff;
            signed += inSum ? ' ' : block[i];
        }
        long stated = number(block, CHECKSUM_AT, CHECKSUM_LENGTH);
        if (stated != unsigned && stated != signed) {
            throw new ArchiveException("not a tar archive: a header's checksum is wrong");
        }
    }

    static String text(byte[] block, int offset, int length) {
        int end = offset;
        while (end < offset + length && block[end] != 0) {
            end++;
        }
        return new String(block, offset, end - offset, StandardCharsets.ISO_8859_1);
    }

    /// Octal text, or base 256 when the first bit is set (GNU).
    static long number(byte[] block, int offset, int length) throws ArchiveException {
        if ((block[offset] & 0x80) != 0) {
            return binary(block, offset, length);
        }
        String text = text(block, offset, length).strip();
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseLong(text, 8);
        } catch (NumberFormatException e) {
            throw new ArchiveException("not a tar archive: a number in a header is wrong", e);
        }
    }

    private static long binary(byte[] block, int offset, int length) throws ArchiveException {
        boolean negative = (block[offset] & 0x40) != 0;
        long value = negative ? -1 : 0;
        for (int i = 0; i < length; i++) {
            int b = block[offset + i] & 0xff;
            if (i == 0) {
                b = negative ? b : b & 0x7f;
            }
            if (value != (value << 8) >> 8) {
                throw new ArchiveException("a number in a header is too large");
            }
            value = (value << 8) | b;
        }
        return value;
    }
}

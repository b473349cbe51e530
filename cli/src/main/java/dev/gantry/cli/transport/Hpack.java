package dev.gantry.cli.transport;

import dev.gantry.cli.transport.HpackTables.Header;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Header compression without a dynamic table: we tell the peer that ours has size 0, and use none
/// towards it (RFC 7541).
final class Hpack {

    // Bounds what a peer can make us hold.
    private static final int HEADERS_MAX = 64 * 1024;
    private static final int CONTINUES = 0x80;

    private Hpack() {}

    static byte[] encode(List<Header> headers) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        for (Header header : headers) {
            int index = HpackTables.STATIC.indexOf(header);
            if (index >= 0) {
                writeInteger(out, 0x80, 7, index + 1);
                continue;
            }
            out.write(0);
            writeString(out, header.name());
            writeString(out, header.value());
        }
        return out.toByteArray();
    }

    static List<Header> decode(byte[] block) throws Http2Exception {
        return new Decoder(block).decode();
    }

    private static void writeString(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        writeInteger(out, 0, 7, bytes.length);
        out.writeBytes(bytes);
    }

    private static void writeInteger(ByteArrayOutputStream out, int first, int bits, int value) {
        int most = (1 << bits) - 1;
        if (value < most) {
            out.write(first | value);
            return;
        }
        out.write(first | most);
        int left = value - most;
        while (left >= CONTINUES) {
            out.write((left & 0x7f) | CONTINUES);
            left >>= 7;
        }
        out.write(left);
    }

    private static final class Decoder {
        private final byte[] block;
        private int at;

        Decoder(byte[] block) {
            this.block = block;
        }

        List<Header> decode() throws Http2Exception {
            List<Header> headers = new ArrayList<>();
            int size = 0;
            while (at < block.length) {
                int first = block[at] & 0xff;
                if ((first & 0x80) != 0) {
                    headers.add(indexed(integer(7)));
                } else if ((first & 0xe0) == 0x20) {
                    if (integer(5) != 0) {
                        throw new Http2Exception("a header table larger than allowed");
                    }
                    continue;
                } else {
                    int index = integer((first & 0x40) != 0 ? 6 : 4);
                    String name = index == 0 ? string() : indexed(index).name();
                    headers.add(new Header(name, string()));
                }
                size += headers.getLast().name().length() + headers.getLast().value().length();
                if (size > HEADERS_MAX) {
                    throw new Http2Exception("headers of more than " + HEADERS_MAX + " bytes");
                }
            }
            return headers;
        }

        private static Header indexed(int index) throws Http2Exception {
            if (index < 1 || index > HpackTables.STATIC.size()) {
                throw new Http2Exception("header index " + index + " does not exist");
            }
            return HpackTables.STATIC.get(index - 1);
        }

        private int integer(int bits) throws Http2Exception {
            int most = (1 << bits) - 1;
            int value = next() & most;
            if (value < most) {
                return value;
            }
            for (int shift = 0; shift <= 21; shift += 7) {
                int b = next();
                value += (b & 0x7f) << shift;
                if ((b & CONTINUES) == 0) {
                    return value;
                }
            }
            throw new Http2Exception("a header integer that is too large");
        }

        private String string() throws Http2Exception {
            if (at >= block.length) {
                throw new Http2Exception("a header block that is cut short");
            }
            boolean huffman = (block[at] & 0x80) != 0;
            int length = integer(7);
            if (length > block.length - at) {
                throw new Http2Exception("a header block that is cut short");
            }
            String text =
                    huffman
                            ? HpackTables.decodeHuffman(block, at, length)
                            : new String(block, at, length, StandardCharsets.ISO_8859_1);
            at += length;
            return text;
        }

        private int next() throws Http2Exception {
            if (at >= block.length) {
                throw new Http2Exception("a header block that is cut short");
            }
            return block[at++] & 0xff;
        }
    }
}

package dev.gantry.cli.transport;

import java.util.List;

/// The tables of header compression (RFC 7541, appendices A and B).
final class HpackTables {

    /// A header field.
    record Header(String name, String value) {
        // What the compiler would write is linked at run time, which the start-up cache cannot
        // hold.
        @Override
        public boolean equals(Object other) {
            return other instanceof Header h && name.equals(h.name) && value.equals(h.value);
        }

        @Override
        public int hashCode() {
            return name.hashCode() * 31 + value.hashCode();
        }
    }

    /// The static table; its first entry has index 1.
    static final List<Header> STATIC =
            List.of(
                    new Header(":authority", ""),
                    new Header(":method", "GET"),
                    new Header(":method", "POST"),
                    new Header(":path", "/"),
                    new Header(":path", "/index.html"),
                    new Header(":scheme", "http"),
                    new Header(":scheme", "https"),
                    new Header(":status", "200"),
                    new Header(":status", "204"),
                    new Header(":status", "206"),
                    new Header(":status", "304"),
                    new Header(":status", "400"),
                    new Header(":status", "404"),
                    new Header(":status", "500"),
                    new Header("accept-charset", ""),
                    new Header("accept-encoding", "gzip, deflate"),
                    new Header("accept-language", ""),
                    new Header("accept-ranges", ""),
                    new Header("accept", ""),
                    new Header("access-control-allow-origin", ""),
                    new Header("age", ""),
                    new Header("allow", ""),
                    new Header("authorization", ""),
                    new Header("cache-control", ""),
                    new Header("content-disposition", ""),
                    new Header("content-encoding", ""),
                    new Header("content-language", ""),
                    new Header("content-length", ""),
                    new Header("content-location", ""),
                    new Header("content-range", ""),
                    new Header("content-type", ""),
                    new Header("cookie", ""),
                    new Header("date", ""),
                    new Header("etag", ""),
                    new Header("expect", ""),
                    new Header("expires", ""),
                    new Header("from", ""),
                    new Header("host", ""),
                    new Header("if-match", ""),
                    new Header("if-modified-since", ""),
                    new Header("if-none-match", ""),
                    new Header("if-range", ""),
                    new Header("if-unmodified-since", ""),
                    new Header("last-modified", ""),
                    new Header("link", ""),
                    new Header("location", ""),
                    new Header("max-forwards", ""),
                    new Header("proxy-authenticate", ""),
                    new Header("proxy-authorization", ""),
                    new Header("range", ""),
                    new Header("referer", ""),
                    new Header("refresh", ""),
                    new Header("retry-after", ""),
                    new Header("server", ""),
                    new Header("set-cookie", ""),
                    new Header("strict-transport-security", ""),
                    new Header("transfer-encoding", ""),
                    new Header("user-agent", ""),
                    new Header("vary", ""),
                    new Header("via", ""),
                    new Header("www-authenticate", ""));

    // The length in bits of the code of each byte, and of the end-of-string symbol. The code is
    // canonical: codes of one length count up with the symbol, so that lengths say it all.
    private static final int[] LENGTHS = {
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28,
        28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11,
        10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8,
        15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5,
        6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7,
        7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
        23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21,
        23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25,
        26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26,
        28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30
    };

    private static final int END_OF_STRING = 256;
    private static final int LENGTH_MAX = 30;

    // A binary tree: nodes are pairs of links; a negative link is a symbol.
    private static final int[][] TREE = tree();

    private HpackTables() {}

    /// Decodes a Huffman-coded string literal.
    ///
    /// @throws Http2Exception when it is not well formed (RFC 7541, section 5.2)
    static String decodeHuffman(byte[] bytes, int offset, int length) throws Http2Exception {
        StringBuilder text = new StringBuilder(length * 2);
        int node = 0;
        int depth = 0;
        boolean padding = true;
        for (int i = offset; i < offset + length; i++) {
            for (int bit = 7; bit >= 0; bit--) {
                int one = (bytes[i] >> bit) & 1;
                padding = padding && one == 1;
                depth++;
                int next = TREE[node][one];
                if (next == 0) {
                    throw new Http2Exception("malformed Huffman code in a header");
                }
                if (next > 0) {
                    node = next;
                    continue;
                }
                int symbol = -next - 1;
                if (symbol == END_OF_STRING) {
                    throw new Http2Exception("end of string inside a header");
                }
                text.append((char) symbol);
                node = 0;
                depth = 0;
                padding = true;
            }
        }
        if (depth > 7 || !padding) {
            throw new Http2Exception("malformed padding in a header");
        }
        return text.toString();
    }

    private static int[][] tree() {
        int[][] tree = new int[2 * LENGTHS.length][2];
        int used = 1;
        int code = 0;
        for (int length = 1; length <= LENGTH_MAX; length++) {
            code <<= 1;
            for (int symbol = 0; symbol < LENGTHS.length; symbol++) {
                if (LENGTHS[symbol] != length) {
                    continue;
                }
                int node = 0;
                for (int bit = length - 1; bit > 0; bit--) {
                    int one = (code >> bit) & 1;
                    if (tree[node][one] == 0) {
                        tree[node][one] = used++;
                    }
                    node = tree[node][one];
                }
                tree[node][code & 1] = -symbol - 1;
                code++;
            }
        }
        return tree;
    }
}

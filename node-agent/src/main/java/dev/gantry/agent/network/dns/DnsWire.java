package dev.gantry.agent.network.dns;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Names and numbers of the DNS wire format (RFC 1035 section 4, RFC 6891). Reading never leaves
/// the message and never follows a pointer: names are read where they stand in a question, and
/// skipped everywhere else.
final class DnsWire {

    static final int HEADER = 12;
    static final int TYPE_A = 1;
    static final int TYPE_CNAME = 5;
    static final int TYPE_SOA = 6;
    static final int TYPE_PTR = 12;
    static final int TYPE_AAAA = 28;
    static final int TYPE_SRV = 33;
    static final int TYPE_OPT = 41;
    static final int TYPE_IXFR = 251;
    static final int TYPE_AXFR = 252;
    static final int TYPE_ANY = 255;
    static final int CLASS_IN = 1;

    static final int NO_ERROR = 0;
    static final int FORMAT_ERROR = 1;
    static final int SERVER_FAILURE = 2;
    static final int NO_SUCH_NAME = 3;
    static final int NOT_IMPLEMENTED = 4;
    static final int REFUSED = 5;

    static final int FLAG_RESPONSE = 0x8000;
    static final int FLAG_AUTHORITATIVE = 0x0400;
    static final int FLAG_TRUNCATED = 0x0200;
    static final int FLAG_RECURSION_DESIRED = 0x0100;
    static final int FLAG_RECURSION_AVAILABLE = 0x0080;

    /// Without EDNS; and the most that we send in a datagram: above, fragments get lost.
    static final int UDP_SIZE = 512;

    static final int UDP_SIZE_MAX = 1_232;

    private static final int NAME_MAX = 255;
    private static final int LABEL_MAX = 63;
    private static final int POINTER = 0xc0;

    private DnsWire() {}

    /// Reads an uncompressed name and moves past it: small letters, without the last dot; empty for
    /// the root. Bytes above ASCII become themselves in ISO-8859-1.
    static String readName(ByteBuffer message) throws DnsFormatException {
        StringBuilder name = new StringBuilder();
        int total = 1;
        while (true) {
            int length = readByte(message);
            if (length == 0) {
                return name.toString().toLowerCase(Locale.ROOT);
            }
            total += length + 1;
            if (length > LABEL_MAX || total > NAME_MAX || message.remaining() < length) {
                throw new DnsFormatException("label of length " + length);
            }
            byte[] label = new byte[length];
            message.get(label);
            if (!name.isEmpty()) {
                name.append('.');
            }
            // A dot inside of a label is not a dot between two.
            name.append(new String(label, StandardCharsets.ISO_8859_1).replace('.', '\0'));
        }
    }

    /// Moves past a name, compressed or not.
    static void skipName(ByteBuffer message) throws DnsFormatException {
        while (true) {
            int length = readByte(message);
            if (length == 0) {
                return;
            }
            if ((length & POINTER) == POINTER) {
                readByte(message);
                return;
            }
            if (length > LABEL_MAX || message.remaining() < length) {
                throw new DnsFormatException("label of length " + length);
            }
            message.position(message.position() + length);
        }
    }

    /// Writes a name that [#readName] could have read; labels above 63 bytes are a bug.
    static void writeName(ByteBuffer out, String name) {
        if (!name.isEmpty()) {
            for (String label : name.split("\\.", -1)) {
                byte[] bytes = label.replace('\0', '.').getBytes(StandardCharsets.ISO_8859_1);
                if (bytes.length == 0 || bytes.length > LABEL_MAX) {
                    throw new IllegalArgumentException("not a DNS name: " + name);
                }
                out.put((byte) bytes.length).put(bytes);
            }
        }
        out.put((byte) 0);
    }

    static int readShort(ByteBuffer message) throws DnsFormatException {
        if (message.remaining() < 2) {
            throw new DnsFormatException("cut off");
        }
        return message.getShort() & 0xffff;
    }

    static long readInt(ByteBuffer message) throws DnsFormatException {
        if (message.remaining() < 4) {
            throw new DnsFormatException("cut off");
        }
        return message.getInt() & 0xffffffffL;
    }

    static void skip(ByteBuffer message, int length) throws DnsFormatException {
        if (message.remaining() < length) {
            throw new DnsFormatException("cut off");
        }
        message.position(message.position() + length);
    }

    private static int readByte(ByteBuffer message) throws DnsFormatException {
        if (!message.hasRemaining()) {
            throw new DnsFormatException("cut off");
        }
        return message.get() & 0xff;
    }
}

package dev.gantry.agent.network.dns;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.List;

/// Our own answer to a question.
///
/// @param code a `DnsWire` response code
/// @param authoritative whether the name is in our zone
/// @param records the answer section
/// @param authority the authority section
record DnsAnswer(
        int code, boolean authoritative, List<DnsRecord> records, List<DnsRecord> authority) {

    /// How long clients may keep what we say: endpoints change.
    static final int SECONDS = 5;

    private static final int POINTER_TO_QUESTION = 0xc000 | DnsWire.HEADER;
    private static final int TCP_SIZE_MAX = 65_535;

    DnsAnswer {
        records = List.copyOf(records);
        authority = List.copyOf(authority);
    }

    static DnsAnswer failure(int code) {
        return new DnsAnswer(code, false, List.of(), List.of());
    }

    /// The answer as a datagram: cut to the question, and marked so, when it is too long for the
    /// client, who then asks by TCP.
    byte[] toDatagram(DnsQuery query) {
        try {
            return write(query, query.udpSize(), 0);
        } catch (BufferOverflowException e) {
            return new DnsAnswer(code, authoritative, List.of(), List.of())
                    .write(query, query.udpSize(), DnsWire.FLAG_TRUNCATED);
        }
    }

    byte[] toStream(DnsQuery query) {
        try {
            return write(query, TCP_SIZE_MAX, 0);
        } catch (BufferOverflowException e) {
            return failure(DnsWire.SERVER_FAILURE).write(query, TCP_SIZE_MAX, 0);
        }
    }

    private byte[] write(DnsQuery query, int size, int extraFlags) {
        ByteBuffer out = ByteBuffer.allocate(size);
        int flags = DnsWire.FLAG_RESPONSE | DnsWire.FLAG_RECURSION_AVAILABLE | code | extraFlags;
        flags |= authoritative ? DnsWire.FLAG_AUTHORITATIVE : 0;
        flags |= query.recursionDesired() ? DnsWire.FLAG_RECURSION_DESIRED : 0;
        out.putShort((short) query.id()).putShort((short) flags).putShort((short) 1);
        out.putShort((short) records.size()).putShort((short) authority.size());
        out.putShort((short) (query.edns() ? 1 : 0));
        query.writeQuestion(out);
        for (DnsRecord record : records) {
            write(out, query, record);
        }
        for (DnsRecord record : authority) {
            write(out, query, record);
        }
        if (query.edns()) {
            out.put((byte) 0).putShort((short) DnsWire.TYPE_OPT);
            out.putShort((short) DnsWire.UDP_SIZE_MAX).putInt(0).putShort((short) 0);
        }
        byte[] bytes = new byte[out.position()];
        out.get(0, bytes);
        return bytes;
    }

    private static void write(ByteBuffer out, DnsQuery query, DnsRecord record) {
        if (record.name().equals(query.name())) {
            out.putShort((short) POINTER_TO_QUESTION);
        } else {
            DnsWire.writeName(out, record.name());
        }
        out.putShort((short) record.type()).putShort((short) DnsWire.CLASS_IN).putInt(SECONDS);
        int length = out.position();
        out.putShort((short) 0);
        record.writeData(out);
        out.putShort(length, (short) (out.position() - length - 2));
    }
}

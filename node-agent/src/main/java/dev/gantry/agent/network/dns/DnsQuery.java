package dev.gantry.agent.network.dns;

import java.nio.ByteBuffer;

/// A question that a client asked.
///
/// @param id the client's number for it
/// @param recursionDesired copied into the answer
/// @param name small letters, no dot at the end; empty for the root
/// @param edns whether the client speaks EDNS
/// @param udpSize the largest datagram that the client takes, 512 to 1,232
record DnsQuery(
        int id,
        int opcode,
        boolean recursionDesired,
        String name,
        int type,
        int clazz,
        boolean edns,
        int udpSize) {

    /// A client has one question, and one OPT record at most; TSIG and the like are ignored.
    private static final int ADDITIONAL_MAX = 4;

    /// Reads a query.
    ///
    /// @throws DnsFormatException also for a message that is an answer: it is not replied to
    static DnsQuery parse(ByteBuffer message) throws DnsFormatException {
        ByteBuffer bytes = message.slice();
        int id = DnsWire.readShort(bytes);
        int flags = DnsWire.readShort(bytes);
        int questions = DnsWire.readShort(bytes);
        int answers = DnsWire.readShort(bytes);
        int authorities = DnsWire.readShort(bytes);
        int additional = DnsWire.readShort(bytes);
        if ((flags & DnsWire.FLAG_RESPONSE) != 0) {
            throw new DnsFormatException("an answer");
        }
        if (questions != 1 || answers != 0 || authorities != 0 || additional > ADDITIONAL_MAX) {
            throw new DnsFormatException("not one question");
        }
        String name = DnsWire.readName(bytes);
        int type = DnsWire.readShort(bytes);
        int clazz = DnsWire.readShort(bytes);
        boolean edns = false;
        int udpSize = DnsWire.UDP_SIZE;
        for (int i = 0; i < additional; i++) {
            DnsWire.skipName(bytes);
            int recordType = DnsWire.readShort(bytes);
            int recordClass = DnsWire.readShort(bytes);
            DnsWire.skip(bytes, 4);
            DnsWire.skip(bytes, DnsWire.readShort(bytes));
            if (recordType == DnsWire.TYPE_OPT) {
                edns = true;
                udpSize = Math.clamp(recordClass, DnsWire.UDP_SIZE, DnsWire.UDP_SIZE_MAX);
            }
        }
        return new DnsQuery(
                id,
                flags >> 11 & 0xf,
                (flags & DnsWire.FLAG_RECURSION_DESIRED) != 0,
                name,
                type,
                clazz,
                edns,
                udpSize);
    }

    /// The question as a message of its own, for a server upstream.
    byte[] toServer(int number) {
        ByteBuffer out = ByteBuffer.allocate(DnsWire.UDP_SIZE);
        out.putShort((short) number).putShort((short) DnsWire.FLAG_RECURSION_DESIRED);
        out.putShort((short) 1).putInt(0).putShort((short) (edns ? 1 : 0));
        writeQuestion(out);
        if (edns) {
            out.put((byte) 0).putShort((short) DnsWire.TYPE_OPT);
            out.putShort((short) DnsWire.UDP_SIZE_MAX).putInt(0).putShort((short) 0);
        }
        byte[] bytes = new byte[out.position()];
        out.get(0, bytes);
        return bytes;
    }

    void writeQuestion(ByteBuffer out) {
        DnsWire.writeName(out, name);
        out.putShort((short) type).putShort((short) clazz);
    }
}

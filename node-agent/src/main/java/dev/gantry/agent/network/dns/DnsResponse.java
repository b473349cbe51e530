package dev.gantry.agent.network.dns;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// An answer from a server upstream: its bytes, checked against the question, and where in them the
/// times to live stand. It is handed on as it came, but for its number, its times and what is cut.
final class DnsResponse {

    /// Above this a message is not kept in the cache.
    static final int CACHED_MAX = 4_096;

    private static final int RECORDS_MAX = 1_000;
    private static final int TTL_MAX = 3_600;
    private static final int NEGATIVE_TTL_MAX = 30;

    private final byte[] bytes;
    private final List<Integer> timesAt = new ArrayList<>();
    private final List<Inet4Address> addresses = new ArrayList<>();
    private int questionEnd;
    private long seconds = TTL_MAX;
    private boolean negativeTimeKnown;

    private DnsResponse(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Reads an answer to a question.
    ///
    /// @param number what the question was sent under
    /// @throws DnsFormatException when it is not one, or not to this question
    static DnsResponse parse(byte[] bytes, int number, DnsQuery query) throws DnsFormatException {
        DnsResponse response = new DnsResponse(bytes);
        response.read(ByteBuffer.wrap(bytes), number, query);
        return response;
    }

    boolean truncated() {
        return (flags() & DnsWire.FLAG_TRUNCATED) != 0;
    }

    int code() {
        return flags() & 0xf;
    }

    /// The IPv4 addresses of the answer section.
    List<Inet4Address> addresses() {
        return addresses;
    }

    /// How long it may be kept: 0 for not at all.
    long cacheSeconds() {
        boolean keepable = code() == DnsWire.NO_ERROR || code() == DnsWire.NO_SUCH_NAME;
        if (!keepable || truncated() || bytes.length > CACHED_MAX) {
            return 0;
        }
        boolean negative = code() == DnsWire.NO_SUCH_NAME || answerCount() == 0;
        if (negative) {
            return negativeTimeKnown ? Math.min(seconds, NEGATIVE_TTL_MAX) : 0;
        }
        return seconds;
    }

    /// The answer for a client, `age` seconds after it came.
    byte[] toStream(DnsQuery query, long age) {
        byte[] copy = bytes.clone();
        ByteBuffer out = ByteBuffer.wrap(copy);
        out.putShort(0, (short) query.id());
        for (int at : timesAt) {
            long left = (out.getInt(at) & 0xffffffffL) - age;
            out.putInt(at, (int) Math.max(0, Math.min(left, TTL_MAX)));
        }
        int kept = DnsWire.FLAG_RECURSION_DESIRED;
        int flags = (flags() & ~kept) | DnsWire.FLAG_RECURSION_AVAILABLE;
        out.putShort(2, (short) (query.recursionDesired() ? flags | kept : flags));
        return copy;
    }

    byte[] toDatagram(DnsQuery query, long age) {
        byte[] whole = toStream(query, age);
        if (whole.length <= query.udpSize()) {
            return whole;
        }
        byte[] cut = java.util.Arrays.copyOf(whole, questionEnd);
        ByteBuffer out = ByteBuffer.wrap(cut);
        out.putShort(2, (short) (out.getShort(2) | DnsWire.FLAG_TRUNCATED));
        out.putShort(6, (short) 0).putInt(8, 0);
        return cut;
    }

    private int flags() {
        return ByteBuffer.wrap(bytes).getShort(2) & 0xffff;
    }

    private int answerCount() {
        return ByteBuffer.wrap(bytes).getShort(6) & 0xffff;
    }

    private void read(ByteBuffer message, int number, DnsQuery query) throws DnsFormatException {
        int id = DnsWire.readShort(message);
        int flags = DnsWire.readShort(message);
        int questions = DnsWire.readShort(message);
        int answers = DnsWire.readShort(message);
        int authorities = DnsWire.readShort(message);
        int additional = DnsWire.readShort(message);
        if (id != number || (flags & DnsWire.FLAG_RESPONSE) == 0 || questions != 1) {
            throw new DnsFormatException("not the answer to our question");
        }
        String name = DnsWire.readName(message);
        int type = DnsWire.readShort(message);
        int clazz = DnsWire.readShort(message);
        if (!name.equals(query.name()) || type != query.type() || clazz != query.clazz()) {
            throw new DnsFormatException("an answer to another question");
        }
        questionEnd = message.position();
        if ((flags & DnsWire.FLAG_TRUNCATED) != 0) {
            return;
        }
        if (answers + authorities + additional > RECORDS_MAX) {
            throw new DnsFormatException("too many records");
        }
        for (int i = 0; i < answers; i++) {
            readRecord(message, true);
        }
        for (int i = 0; i < authorities + additional; i++) {
            readRecord(message, false);
        }
    }

    private void readRecord(ByteBuffer message, boolean answer) throws DnsFormatException {
        DnsWire.skipName(message);
        int type = DnsWire.readShort(message);
        int clazz = DnsWire.readShort(message);
        int timeAt = message.position();
        long time = DnsWire.readInt(message);
        int length = DnsWire.readShort(message);
        int dataAt = message.position();
        DnsWire.skip(message, length);
        if (type == DnsWire.TYPE_OPT) {
            return;
        }
        timesAt.add(timeAt);
        seconds = Math.min(seconds, time);
        if (type == DnsWire.TYPE_SOA && length >= 22) {
            // Its last number: how long "no such name" may be believed (RFC 2308).
            seconds = Math.min(seconds, message.getInt(dataAt + length - 4) & 0xffffffffL);
            negativeTimeKnown = true;
        }
        if (answer && type == DnsWire.TYPE_A && clazz == DnsWire.CLASS_IN && length == 4) {
            byte[] address = new byte[4];
            message.get(dataAt, address);
            addresses.add(inet4(address));
        }
    }

    private static Inet4Address inet4(byte[] address) {
        try {
            return (Inet4Address) InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not four bytes", e);
        }
    }
}

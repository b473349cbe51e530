package dev.gantry.agent.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/// A request to the kernel under construction: a header, a fixed structure, and attributes. Not
/// thread-safe. `what` is used in errors: "create link gn1234".
public final class NetlinkRequest {

    static final int FLAG_REQUEST = 1;
    static final int FLAG_ACK = 4;
    static final int FLAG_DUMP = 0x300;
    static final int FLAG_REPLACE = 0x100;
    static final int FLAG_EXCLUSIVE = 0x200;
    static final int FLAG_CREATE = 0x400;
    static final int NESTED = 0x8000;

    /// Our largest request is a veth with its peer, about 200 bytes.
    private static final int SIZE_MAX = 2048;

    private final ByteBuffer buffer = ByteBuffer.allocate(SIZE_MAX).order(ByteOrder.nativeOrder());
    private final String what;
    private final Set<Integer> tolerated = new TreeSet<>();

    NetlinkRequest(String what, int type, int flags, byte[] structure) {
        this.what = what;
        buffer.putInt(0)
                .putShort((short) type)
                .putShort((short) (flags | FLAG_REQUEST))
                .putLong(0)
                .put(structure);
    }

    /// Lets the answer be this error: what was wanted is so already.
    NetlinkRequest tolerate(int errno) {
        tolerated.add(errno);
        return this;
    }

    NetlinkRequest add(int type, byte[] value) {
        buffer.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        pad();
        return this;
    }

    NetlinkRequest add(int type, int value) {
        buffer.putShort((short) 8).putShort((short) type).putInt(value);
        return this;
    }

    NetlinkRequest add(int type, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        byte[] terminated = new byte[bytes.length + 1];
        System.arraycopy(bytes, 0, terminated, 0, bytes.length);
        return add(type, terminated);
    }

    /// Opens a nested attribute; the answer is the mark for [#end].
    int begin(int type) {
        int mark = buffer.position();
        buffer.putShort((short) 0).putShort((short) type);
        return mark;
    }

    NetlinkRequest raw(byte[] bytes) {
        buffer.put(bytes);
        pad();
        return this;
    }

    NetlinkRequest end(int mark) {
        buffer.putShort(mark, (short) (buffer.position() - mark));
        return this;
    }

    String what() {
        return what;
    }

    boolean tolerates(int errno) {
        return tolerated.contains(errno);
    }

    byte[] bytes(int sequence, boolean acknowledge) {
        int length = buffer.position();
        buffer.putInt(0, length).putInt(8, sequence);
        if (acknowledge) {
            buffer.putShort(6, (short) (buffer.getShort(6) | FLAG_ACK));
        }
        byte[] copy = new byte[NetlinkAttributes.align(length)];
        buffer.get(0, copy, 0, length);
        return copy;
    }

    private void pad() {
        while (buffer.position() % 4 != 0) {
            buffer.put((byte) 0);
        }
    }
}

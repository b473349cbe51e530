package dev.gantry.agent.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;

/// The attributes of a message (`struct rtattr`, netlink(7)): a read-only view over its bytes.
/// Lengths are checked when it is made, so that a read never leaves the message.
public final class NetlinkAttributes {

    /// More than any message that we ask for carries; a longer list is refused.
    static final int ATTRIBUTES_MAX = 512;

    private static final int TYPE_MASK = 0x3fff;
    private static final int HEADER = 4;

    private final ByteBuffer bytes;

    private NetlinkAttributes(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /// Reads the attributes from the buffer's position to its limit.
    ///
    /// @throws NetlinkException when a length is not possible
    static NetlinkAttributes parse(ByteBuffer from) {
        ByteBuffer bytes = from.slice().order(ByteOrder.nativeOrder());
        int at = 0;
        int count = 0;
        while (bytes.limit() - at >= HEADER) {
            int length = bytes.getShort(at) & 0xffff;
            if (length < HEADER || length > bytes.limit() - at) {
                throw new NetlinkException("attribute of impossible length " + length, 0);
            }
            if (++count > ATTRIBUTES_MAX) {
                throw new NetlinkException("more than " + ATTRIBUTES_MAX + " attributes", 0);
            }
            at += align(length);
        }
        return new NetlinkAttributes(bytes);
    }

    /// The value of the first attribute of this type, as its own buffer.
    public Optional<ByteBuffer> find(int type) {
        int at = 0;
        while (bytes.limit() - at >= HEADER) {
            int length = bytes.getShort(at) & 0xffff;
            if ((bytes.getShort(at + 2) & TYPE_MASK) == type) {
                return Optional.of(
                        bytes.slice(at + HEADER, length - HEADER).order(ByteOrder.nativeOrder()));
            }
            at += align(length);
        }
        return Optional.empty();
    }

    public OptionalInt findInt(int type) {
        Optional<ByteBuffer> value = find(type);
        return value.isPresent() && value.get().remaining() == 4
                ? OptionalInt.of(value.get().getInt(0))
                : OptionalInt.empty();
    }

    public Optional<byte[]> findBytes(int type) {
        return find(type)
                .map(value -> {
                    byte[] copy = new byte[value.remaining()];
                    value.get(copy);
                    return copy;
                });
    }

    public Optional<String> findString(int type) {
        return findBytes(type).map(NetlinkAttributes::untilNul);
    }

    public Optional<NetlinkAttributes> findNested(int type) {
        return find(type).map(NetlinkAttributes::parse);
    }

    static int align(int length) {
        return (length + 3) & ~3;
    }

    private static String untilNul(byte[] value) {
        int end = 0;
        while (end < value.length && value[end] != 0) {
            end++;
        }
        return new String(value, 0, end, StandardCharsets.UTF_8);
    }
}

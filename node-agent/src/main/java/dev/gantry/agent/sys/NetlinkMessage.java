package dev.gantry.agent.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// One message that came from the kernel (`struct nlmsghdr`, netlink(7)).
///
/// @param type the message type, e.g. `RTM_NEWLINK`
/// @param flags the header's flags
/// @param sequence the number of the request that it answers
/// @param payload what follows the header; native byte order; position 0
public record NetlinkMessage(int type, int flags, int sequence, ByteBuffer payload) {

    static final int HEADER = 16;
    static final int TYPE_ERROR = 2;
    static final int TYPE_DONE = 3;
    static final int FLAG_MULTI = 2;
    static final int FLAG_DUMP_INTERRUPTED = 16;

    /// Splits a datagram into its messages.
    ///
    /// @throws NetlinkException when a length is not possible or bytes are left over
    static List<NetlinkMessage> parse(ByteBuffer datagram) {
        ByteBuffer bytes = datagram.slice().order(ByteOrder.nativeOrder());
        List<NetlinkMessage> messages = new ArrayList<>();
        int at = 0;
        while (at < bytes.limit()) {
            if (bytes.limit() - at < HEADER) {
                throw new NetlinkException("message header cut off", 0);
            }
            int length = bytes.getInt(at);
            if (length < HEADER || length > bytes.limit() - at) {
                throw new NetlinkException("message of impossible length " + length, 0);
            }
            messages.add(
                    new NetlinkMessage(
                            bytes.getShort(at + 4) & 0xffff,
                            bytes.getShort(at + 6) & 0xffff,
                            bytes.getInt(at + 8),
                            bytes.slice(at + HEADER, length - HEADER)
                                    .order(ByteOrder.nativeOrder())));
            at += NetlinkAttributes.align(length);
        }
        return messages;
    }

    /// The attributes that follow a fixed structure of `skip` bytes.
    public NetlinkAttributes attributes(int skip) {
        if (payload.limit() < skip) {
            throw new NetlinkException(
                    "message of type " + type + " is shorter than " + skip + " bytes", 0);
        }
        return NetlinkAttributes.parse(
                payload.slice(skip, payload.limit() - skip).order(ByteOrder.nativeOrder()));
    }

    /// The error number of an error message: 0 for an acknowledgement.
    int errno() {
        if (payload.limit() < 4) {
            throw new NetlinkException("error message cut off", 0);
        }
        return -payload.getInt(0);
    }
}

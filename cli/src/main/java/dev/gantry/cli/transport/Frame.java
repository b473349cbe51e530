package dev.gantry.cli.transport;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.Arrays;

/// One HTTP/2 frame (RFC 9113, section 4).
///
/// @param stream 0 for the connection itself
record Frame(int type, int flags, int stream, byte[] payload) {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 0x1;
    static final int ACK = 0x1;
    static final int END_HEADERS = 0x4;
    static final int PADDED = 0x8;
    static final int PRIORITY = 0x20;

    /// The largest payload that we accept and send: the protocol's initial bound.
    static final int PAYLOAD_MAX = 16_384;

    private static final int PRIORITY_BYTES = 5;

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /// Reads the next frame.
    ///
    /// @throws java.io.EOFException at the connection's end
    static Frame read(DataInputStream in) throws IOException {
        int first = in.readInt();
        int length = first >>> 8;
        int type = first & 0xff;
        int flags = in.readUnsignedByte();
        int stream = in.readInt() & 0x7fffffff;
        if (length > PAYLOAD_MAX) {
            throw new Http2Exception("a frame of " + length + " bytes");
        }
        byte[] payload = new byte[length];
        in.readFully(payload);
        return new Frame(type, flags, stream, payload);
    }

    /// The frame's bytes as they go over the wire.
    byte[] bytes() {
        int length = payload.length;
        byte[] bytes = new byte[9 + length];
        bytes[0] = (byte) (length >> 16);
        bytes[1] = (byte) (length >> 8);
        bytes[2] = (byte) length;
        bytes[3] = (byte) type;
        bytes[4] = (byte) flags;
        putInt(bytes, 5, stream);
        System.arraycopy(payload, 0, bytes, 9, length);
        return bytes;
    }

    /// The payload without padding and priority.
    byte[] content() throws Http2Exception {
        int from = 0;
        int to = payload.length;
        if (has(PADDED)) {
            if (payload.length == 0) {
                throw new Http2Exception("a padded frame without padding");
            }
            from = 1;
            to -= payload[0] & 0xff;
        }
        if (type == HEADERS && has(PRIORITY)) {
            from += PRIORITY_BYTES;
        }
        if (from > to) {
            throw new Http2Exception("a frame with more padding than content");
        }
        return Arrays.copyOfRange(payload, from, to);
    }

    /// The 31-bit number at `offset` of the payload.
    int number(int offset) throws Http2Exception {
        if (payload.length < offset + 4) {
            throw new Http2Exception("a frame that is cut short");
        }
        return ((payload[offset] & 0x7f) << 24)
                | ((payload[offset + 1] & 0xff) << 16)
                | ((payload[offset + 2] & 0xff) << 8)
                | (payload[offset + 3] & 0xff);
    }

    static byte[] bytesOf(int value) {
        byte[] bytes = new byte[4];
        putInt(bytes, 0, value);
        return bytes;
    }

    static void putInt(byte[] bytes, int offset, int value) {
        bytes[offset] = (byte) (value >> 24);
        bytes[offset + 1] = (byte) (value >> 16);
        bytes[offset + 2] = (byte) (value >> 8);
        bytes[offset + 3] = (byte) value;
    }
}

package dev.gantry.cli.transport;

import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Puts gRPC's length-prefixed messages together from pieces. Not thread-safe.
final class MessageBuffer {

    private static final int PREFIX = 5;

    private final int messageMax;
    private final Deque<byte[]> whole = new ArrayDeque<>();
    private final byte[] prefix = new byte[PREFIX];
    private int prefixBytes;
    private byte @Nullable [] body;
    private int bodyBytes;
    private int waitingBytes;

    MessageBuffer(int messageMax) {
        this.messageMax = messageMax;
    }

    /// Takes in what has arrived.
    ///
    /// @return the reason when it is no message that we take, else null
    @Nullable Status add(byte[] bytes) {
        int at = 0;
        while (at < bytes.length || (body != null && bodyBytes == body.length)) {
            byte[] open = body;
            if (open == null) {
                int size = Math.min(PREFIX - prefixBytes, bytes.length - at);
                System.arraycopy(bytes, at, prefix, prefixBytes, size);
                at += size;
                prefixBytes += size;
                Status refused = prefixBytes == PREFIX ? begin() : null;
                if (refused != null) {
                    return refused;
                }
                continue;
            }
            int size = Math.min(open.length - bodyBytes, bytes.length - at);
            System.arraycopy(bytes, at, open, bodyBytes, size);
            at += size;
            bodyBytes += size;
            if (bodyBytes == open.length) {
                whole.add(open);
                waitingBytes += open.length;
                body = null;
                prefixBytes = 0;
            }
        }
        return null;
    }

    private @Nullable Status begin() {
        if (prefix[0] != 0) {
            return Status.INTERNAL.withDescription("a compressed message was not asked for");
        }
        int length =
                ((prefix[1] & 0xff) << 24)
                        | ((prefix[2] & 0xff) << 16)
                        | ((prefix[3] & 0xff) << 8)
                        | (prefix[4] & 0xff);
        if (length < 0 || length > messageMax) {
            return Status.RESOURCE_EXHAUSTED.withDescription(
                    "a message of " + Integer.toUnsignedString(length) + " bytes");
        }
        body = new byte[length];
        bodyBytes = 0;
        return null;
    }

    /// The next whole message.
    byte @Nullable [] poll() {
        byte[] message = whole.poll();
        if (message != null) {
            waitingBytes -= message.length;
        }
        return message;
    }

    boolean isEmpty() {
        return whole.isEmpty();
    }

    /// The bytes of whole messages that were not taken yet.
    int waitingBytes() {
        return waitingBytes;
    }
}

package dev.gantry.agent.sys;

import com.sun.jna.LastErrorException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A netlink socket in the network namespace of the thread that opened it, wherever it is used
/// afterwards. One caller at a time: a request and its answers are one conversation.
public final class NetlinkSocket implements AutoCloseable {

    private static final int PROTOCOL_ROUTE = 0;
    private static final int PROTOCOL_NETFILTER = 12;

    /// The kernel fills at most 32 KiB a datagram of a dump (netlink_dump).
    private static final int RECEIVE_BYTES = 64 * 1024;

    /// A dump of more messages than this is refused: 200,000 routes or links are not ours.
    private static final int MESSAGES_MAX = 200_000;

    /// Requests to one send: their acknowledgements must fit into the socket's receive buffer.
    private static final int BATCH_MAX = 64;

    /// The kernel answers before send() returns; waiting at all means that something is wrong.
    private static final long ANSWER_SECONDS = 10;

    private final int fd;
    private final byte[] received = new byte[RECEIVE_BYTES];
    private int sequence = 1;
    private boolean closed;

    private NetlinkSocket(int protocol) {
        try {
            fd =
                    NetlinkLibrary.socket(
                            NetlinkLibrary.AF_NETLINK, NetlinkLibrary.SOCK_RAW_CLOEXEC, protocol);
        } catch (LastErrorException e) {
            throw new NetlinkException("failed to open a netlink socket", e.getErrorCode(), e);
        }
        byte[] address = new byte[12];
        ByteBuffer.wrap(address)
                .order(ByteOrder.nativeOrder())
                .putShort((short) NetlinkLibrary.AF_NETLINK);
        byte[] timeout = new byte[16];
        ByteBuffer.wrap(timeout).order(ByteOrder.nativeOrder()).putLong(ANSWER_SECONDS);
        try {
            NetlinkLibrary.bind(fd, address, address.length);
            NetlinkLibrary.setsockopt(
                    fd,
                    NetlinkLibrary.SOL_SOCKET,
                    NetlinkLibrary.SO_RCVTIMEO,
                    timeout,
                    timeout.length);
        } catch (LastErrorException e) {
            NetlinkLibrary.close(fd);
            throw new NetlinkException("failed to bind a netlink socket", e.getErrorCode(), e);
        }
    }

    /// A socket for links, addresses, routes and neighbours (rtnetlink(7)).
    public static NetlinkSocket route() {
        return new NetlinkSocket(PROTOCOL_ROUTE);
    }

    /// A socket for connection tracking (nfnetlink).
    public static NetlinkSocket netfilter() {
        return new NetlinkSocket(PROTOCOL_NETFILTER);
    }

    /// Sends requests in batches and waits for the answer to each. All are tried, also after one
    /// that failed.
    ///
    /// @throws NetlinkException of the first that failed with an error that it does not tolerate
    public synchronized void execute(List<NetlinkRequest> requests) {
        NetlinkException first = null;
        for (int from = 0; from < requests.size(); from += BATCH_MAX) {
            int to = Math.min(requests.size(), from + BATCH_MAX);
            for (NetlinkException failure : batch(requests.subList(from, to))) {
                first = first == null ? failure : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /// All messages that answer a dump request.
    public synchronized List<NetlinkMessage> dump(NetlinkRequest request) {
        int number = sequence++;
        send(request.bytes(number, false), request.what());
        List<NetlinkMessage> messages = new ArrayList<>();
        while (true) {
            for (NetlinkMessage message : receive(request.what())) {
                if (message.sequence() != number) {
                    continue;
                }
                if (message.type() == NetlinkMessage.TYPE_DONE) {
                    return messages;
                }
                if (message.type() == NetlinkMessage.TYPE_ERROR) {
                    throw new NetlinkException("failed to " + request.what(), message.errno());
                }
                if (messages.size() >= MESSAGES_MAX) {
                    throw new NetlinkException("too many answers to " + request.what(), 0);
                }
                messages.add(message);
            }
        }
    }

    /// The single message that answers a request for one object.
    ///
    /// @throws NetlinkException also when there is no such object
    synchronized NetlinkMessage query(NetlinkRequest request) {
        int number = sequence++;
        send(request.bytes(number, true), request.what());
        NetlinkMessage answer = null;
        while (true) {
            for (NetlinkMessage message : receive(request.what())) {
                if (message.sequence() != number) {
                    continue;
                }
                if (message.type() != NetlinkMessage.TYPE_ERROR) {
                    answer = message;
                    continue;
                }
                if (message.errno() != 0 || answer == null) {
                    throw new NetlinkException("failed to " + request.what(), message.errno());
                }
                return answer;
            }
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            NetlinkLibrary.close(fd);
        }
    }

    private List<NetlinkException> batch(List<NetlinkRequest> requests) {
        SortedMap<Integer, NetlinkRequest> waiting = new TreeMap<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (NetlinkRequest request : requests) {
            out.writeBytes(request.bytes(sequence, true));
            waiting.put(sequence++, request);
        }
        send(out.toByteArray(), requests.getFirst().what());
        List<NetlinkException> failures = new ArrayList<>();
        while (!waiting.isEmpty()) {
            for (NetlinkMessage message : receive(requests.getFirst().what())) {
                NetlinkRequest request =
                        message.type() == NetlinkMessage.TYPE_ERROR
                                ? waiting.remove(message.sequence())
                                : null;
                if (request != null
                        && message.errno() != 0
                        && !request.tolerates(message.errno())) {
                    failures.add(
                            new NetlinkException("failed to " + request.what(), message.errno()));
                }
            }
        }
        return failures;
    }

    private void send(byte[] bytes, String what) {
        try {
            NetlinkLibrary.send(fd, bytes, bytes.length, 0);
        } catch (LastErrorException e) {
            throw new NetlinkException("failed to " + what, e.getErrorCode(), e);
        }
    }

    private List<NetlinkMessage> receive(String what) {
        while (true) {
            try {
                int length = (int) NetlinkLibrary.recv(fd, received, received.length, 0);
                // A copy, for the messages outlive the next receive.
                return NetlinkMessage.parse(
                        ByteBuffer.wrap(java.util.Arrays.copyOf(received, length)));
            } catch (LastErrorException e) {
                if (e.getErrorCode() != NetlinkErrno.EINTR) {
                    throw new NetlinkException(
                            "no answer to the request to " + what, e.getErrorCode(), e);
                }
            }
        }
    }
}

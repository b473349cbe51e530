package dev.gantry.agent.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Connection tracking by nfnetlink (`nfnetlink_conntrack.h`): finds and forgets UDP flows.
public final class NetlinkConntrack {

    private static final int SUBSYSTEM = 1 << 8;
    private static final int GET = SUBSYSTEM | 1;
    private static final int DELETE = SUBSYSTEM | 2;
    private static final int AF_INET = 2;
    private static final int UDP = 17;
    private static final int STRUCTURE = 4;
    private static final int TUPLE_ORIGINAL = 1;
    private static final int TUPLE_REPLY = 2;
    private static final int TUPLE_IP = 1;
    private static final int TUPLE_PROTOCOL = 2;
    private static final int IP_SOURCE = 1;
    private static final int IP_DESTINATION = 2;
    private static final int PROTOCOL_NUMBER = 1;
    private static final int PROTOCOL_DESTINATION_PORT = 3;

    private NetlinkConntrack() {}

    /// A tracked UDP flow.
    ///
    /// @param destination what the sender addressed, e.g. `10.201.0.7`
    /// @param port the port that the sender addressed
    /// @param answerer who answers: another than `destination` when it was translated
    public record Flow(String destination, int port, String answerer) {}

    /// Forgets the UDP flows that match; the next packet of one is translated anew.
    ///
    /// @return how many were forgotten
    public static int forgetUdp(NetlinkSocket socket, Predicate<Flow> doomed) {
        NetlinkRequest list =
                new NetlinkRequest(
                        "list tracked connections", GET, NetlinkRequest.FLAG_DUMP, structure());
        List<NetlinkRequest> deletes = new ArrayList<>();
        for (NetlinkMessage message : socket.dump(list)) {
            NetlinkAttributes attributes = message.attributes(STRUCTURE);
            Optional<Flow> flow = read(attributes);
            if (flow.isPresent() && doomed.test(flow.get())) {
                attributes.findBytes(TUPLE_ORIGINAL).ifPresent(tuple -> deletes.add(delete(tuple)));
            }
        }
        socket.execute(deletes);
        return deletes.size();
    }

    static Optional<Flow> read(NetlinkAttributes attributes) {
        Optional<NetlinkAttributes> original = attributes.findNested(TUPLE_ORIGINAL);
        Optional<NetlinkAttributes> protocol =
                original.flatMap(tuple -> tuple.findNested(TUPLE_PROTOCOL));
        Optional<String> destination = original.flatMap(tuple -> address(tuple, IP_DESTINATION));
        Optional<String> answerer =
                attributes.findNested(TUPLE_REPLY).flatMap(tuple -> address(tuple, IP_SOURCE));
        if (protocol.isEmpty() || destination.isEmpty() || answerer.isEmpty()) {
            return Optional.empty();
        }
        Optional<byte[]> number = protocol.get().findBytes(PROTOCOL_NUMBER);
        Optional<byte[]> port = protocol.get().findBytes(PROTOCOL_DESTINATION_PORT);
        if (number.isEmpty() || number.get().length != 1 || number.get()[0] != UDP) {
            return Optional.empty();
        }
        return port.filter(bytes -> bytes.length == 2)
                .map(bytes ->
                        new Flow(
                                destination.get(),
                                (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff),
                                answerer.get()));
    }

    private static Optional<String> address(NetlinkAttributes tuple, int type) {
        return tuple.findNested(TUPLE_IP)
                .flatMap(ip -> ip.findBytes(type))
                .filter(bytes -> bytes.length == 4)
                .map(NetlinkConntrack::dotted);
    }

    private static String dotted(byte[] bytes) {
        return (bytes[0] & 0xff)
                + "."
                + (bytes[1] & 0xff)
                + "."
                + (bytes[2] & 0xff)
                + "."
                + (bytes[3] & 0xff);
    }

    /// One that ended meanwhile is as good as deleted.
    private static NetlinkRequest delete(byte[] tuple) {
        return new NetlinkRequest("forget a tracked connection", DELETE, 0, structure())
                .add(TUPLE_ORIGINAL | NetlinkRequest.NESTED, tuple)
                .tolerate(NetlinkErrno.ENOENT);
    }

    /// `struct nfgenmsg`.
    private static byte[] structure() {
        byte[] bytes = new byte[STRUCTURE];
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).put((byte) AF_INET);
        return bytes;
    }
}

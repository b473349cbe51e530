package dev.gantry.agent.sys;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// IPv4 addresses, routes and neighbours by rtnetlink(7).
public final class NetlinkRoutes {

    /// Marks our routes in the kernel's table (`proto 171` in ip(8)): who made a route is seen.
    public static final int PROTOCOL_GANTRY = 171;

    private static final int RTM_NEWADDR = 20;
    private static final int RTM_GETADDR = 22;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTM_GETROUTE = 26;
    private static final int RTM_NEWNEIGH = 28;
    private static final int AF_INET = 2;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PREFSRC = 7;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int NUD_PERMANENT = 0x80;
    private static final int TABLE_MAIN = 254;
    private static final int SCOPE_LINK = 253;
    private static final int TYPE_UNICAST = 1;
    private static final int TYPE_UNREACHABLE = 7;
    private static final int ONLINK = 4;
    private static final int ROUTE_STRUCTURE = 12;
    private static final int ADDRESS_STRUCTURE = 8;

    private NetlinkRoutes() {}

    /// A route of the main table.
    ///
    /// @param destination the network's address; 0.0.0.0 of length 0 for the default route
    /// @param linkIndex 0 when it goes nowhere (unreachable)
    public record Route(Inet4Address destination, int prefixLength, int linkIndex, int protocol) {}

    /// An address of a link.
    public record Address(Inet4Address address, int prefixLength, int linkIndex) {}

    public static NetlinkRequest address(int linkIndex, Inet4Address address, int prefixLength) {
        byte[] structure = new byte[ADDRESS_STRUCTURE];
        ByteBuffer.wrap(structure)
                .order(ByteOrder.nativeOrder())
                .put((byte) AF_INET)
                .put((byte) prefixLength)
                .putShort((short) 0)
                .putInt(linkIndex);
        return new NetlinkRequest(
                        "add address " + address.getHostAddress(),
                        RTM_NEWADDR,
                        NetlinkRequest.FLAG_CREATE | NetlinkRequest.FLAG_REPLACE,
                        structure)
                .add(IFA_LOCAL, address.getAddress())
                .add(IFA_ADDRESS, address.getAddress());
    }

    /// A route to what is directly on a link; `source` is the address that the host speaks with.
    public static NetlinkRequest linkRoute(
            Inet4Address destination,
            int prefixLength,
            int linkIndex,
            @Nullable Inet4Address source) {
        NetlinkRequest request =
                route(RTM_NEWROUTE, destination, prefixLength, SCOPE_LINK, TYPE_UNICAST, 0)
                        .add(RTA_OIF, linkIndex);
        if (source != null) {
            request.add(RTA_PREFSRC, source.getAddress());
        }
        return request;
    }

    /// The default route by a gateway that need not be in any network of the link (`onlink`).
    public static NetlinkRequest defaultRoute(Inet4Address gateway, int linkIndex) {
        return route(RTM_NEWROUTE, any(), 0, 0, TYPE_UNICAST, ONLINK)
                .add(RTA_GATEWAY, gateway.getAddress())
                .add(RTA_OIF, linkIndex);
    }

    /// A route that answers "host unreachable" at once: packets to an address that nobody has must
    /// not leave by the default route.
    public static NetlinkRequest unreachableRoute(Inet4Address destination, int prefixLength) {
        return route(RTM_NEWROUTE, destination, prefixLength, 0, TYPE_UNREACHABLE, 0);
    }

    public static NetlinkRequest deleteUnreachable(Inet4Address destination, int prefixLength) {
        return route(RTM_DELROUTE, destination, prefixLength, 0, TYPE_UNREACHABLE, 0)
                .tolerate(NetlinkErrno.ESRCH);
    }

    /// A neighbour that is never asked for nor forgotten.
    public static NetlinkRequest neighbour(
            int linkIndex, Inet4Address address, String hardwareAddress) {
        byte[] structure = new byte[12];
        ByteBuffer.wrap(structure)
                .order(ByteOrder.nativeOrder())
                .putInt(AF_INET)
                .putInt(linkIndex)
                .putShort((short) NUD_PERMANENT);
        structure[0] = AF_INET;
        return new NetlinkRequest(
                        "add neighbour " + address.getHostAddress(),
                        RTM_NEWNEIGH,
                        NetlinkRequest.FLAG_CREATE | NetlinkRequest.FLAG_REPLACE,
                        structure)
                .add(NDA_DST, address.getAddress())
                .add(NDA_LLADDR, NetlinkLinks.HARDWARE.parseHex(hardwareAddress));
    }

    /// The IPv4 routes of the main table.
    public static List<Route> list(NetlinkSocket socket) {
        byte[] structure = new byte[ROUTE_STRUCTURE];
        structure[0] = AF_INET;
        List<Route> routes = new ArrayList<>();
        NetlinkRequest request =
                new NetlinkRequest(
                        "list routes", RTM_GETROUTE, NetlinkRequest.FLAG_DUMP, structure);
        for (NetlinkMessage message : socket.dump(request)) {
            if (message.type() == RTM_NEWROUTE) {
                readRoute(message).ifPresent(routes::add);
            }
        }
        return routes;
    }

    /// The IPv4 addresses of all links.
    public static List<Address> addresses(NetlinkSocket socket) {
        byte[] structure = new byte[ADDRESS_STRUCTURE];
        structure[0] = AF_INET;
        List<Address> addresses = new ArrayList<>();
        NetlinkRequest request =
                new NetlinkRequest(
                        "list addresses", RTM_GETADDR, NetlinkRequest.FLAG_DUMP, structure);
        for (NetlinkMessage message : socket.dump(request)) {
            if (message.type() == RTM_NEWADDR) {
                readAddress(message).ifPresent(addresses::add);
            }
        }
        return addresses;
    }

    static Optional<Route> readRoute(NetlinkMessage message) {
        NetlinkAttributes attributes = message.attributes(ROUTE_STRUCTURE);
        ByteBuffer payload = message.payload();
        if (payload.get(0) != AF_INET || (payload.get(4) & 0xff) != TABLE_MAIN) {
            return Optional.empty();
        }
        Optional<byte[]> destination = attributes.findBytes(RTA_DST);
        return Optional.of(
                new Route(
                        destination.map(NetlinkRoutes::inet4).orElse(any()),
                        payload.get(1) & 0xff,
                        attributes.findInt(RTA_OIF).orElse(0),
                        payload.get(5) & 0xff));
    }

    static Optional<Address> readAddress(NetlinkMessage message) {
        NetlinkAttributes attributes = message.attributes(ADDRESS_STRUCTURE);
        ByteBuffer payload = message.payload();
        if (payload.get(0) != AF_INET) {
            return Optional.empty();
        }
        return attributes
                .findBytes(IFA_LOCAL)
                .map(bytes -> new Address(inet4(bytes), payload.get(1) & 0xff, payload.getInt(4)));
    }

    private static NetlinkRequest route(
            int message,
            Inet4Address destination,
            int prefixLength,
            int scope,
            int type,
            int flags) {
        byte[] structure = new byte[ROUTE_STRUCTURE];
        ByteBuffer.wrap(structure)
                .order(ByteOrder.nativeOrder())
                .put((byte) AF_INET)
                .put((byte) prefixLength)
                .put((byte) 0)
                .put((byte) 0)
                .put((byte) TABLE_MAIN)
                .put((byte) PROTOCOL_GANTRY)
                .put((byte) scope)
                .put((byte) type)
                .putInt(flags);
        String network = destination.getHostAddress() + "/" + prefixLength;
        NetlinkRequest request =
                message == RTM_NEWROUTE
                        ? new NetlinkRequest(
                                "add route " + network,
                                message,
                                NetlinkRequest.FLAG_CREATE | NetlinkRequest.FLAG_REPLACE,
                                structure)
                        : new NetlinkRequest("delete route " + network, message, 0, structure);
        return prefixLength == 0 ? request : request.add(RTA_DST, destination.getAddress());
    }

    private static Inet4Address any() {
        return inet4(new byte[4]);
    }

    private static Inet4Address inet4(byte[] bytes) {
        try {
            if (InetAddress.getByAddress(bytes) instanceof Inet4Address address) {
                return address;
            }
        } catch (UnknownHostException e) {
            throw new NetlinkException("address of impossible length", 0, e);
        }
        throw new NetlinkException("address of impossible length " + bytes.length, 0);
    }
}

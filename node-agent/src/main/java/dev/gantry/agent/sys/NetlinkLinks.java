package dev.gantry.agent.sys;

import com.sun.jna.LastErrorException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Links by rtnetlink(7): veth pairs, up, down, delete, dump.
public final class NetlinkLinks {

    /// How hardware addresses are written.
    static final HexFormat HARDWARE = HexFormat.ofDelimiter(":");

    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_NUM_TX_QUEUES = 31;
    private static final int IFLA_NUM_RX_QUEUES = 32;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFF_UP = 1;
    private static final int STRUCTURE = 16;

    private NetlinkLinks() {}

    /// A link as the kernel shows it.
    ///
    /// @param index the interface's number, from 1
    /// @param address the hardware address, e.g. `0a:58:0a:c8:00:05`; empty when it has none
    /// @param kind `veth`, `bridge`...; empty for hardware and loopback
    public record Link(int index, String name, boolean up, int mtu, String address, String kind) {}

    /// One end of a veth pair to be made.
    ///
    /// @param name at most 15 bytes
    /// @param address the hardware address, e.g. `0a:58:0a:c8:00:05`
    public record End(String name, String address) {}

    /// Makes a veth pair whose peer is born inside the namespace pinned at `peerNamespace`, so that
    /// its name can be taken on the host, and no half-made state is ever seen there.
    public static void createVeth(
            NetlinkSocket socket, End host, End peer, int mtu, Path peerNamespace) {
        int fd;
        try {
            fd = NetlinkLibrary.open(peerNamespace.toString(), NetlinkLibrary.O_RDONLY_CLOEXEC, 0);
        } catch (LastErrorException e) {
            throw new NetlinkException(
                    "failed to open the network namespace " + peerNamespace, e.getErrorCode(), e);
        }
        try {
            socket.execute(List.of(veth(host, peer, mtu, fd)));
        } finally {
            NetlinkLibrary.close(fd);
        }
    }

    /// Makes a veth pair with both ends here.
    public static void createVeth(NetlinkSocket socket, End host, End peer, int mtu) {
        socket.execute(List.of(veth(host, peer, mtu, -1)));
    }

    public static NetlinkRequest up(String name) {
        NetlinkRequest request =
                new NetlinkRequest(
                        "set link " + name + " up", RTM_NEWLINK, 0, structure(0, IFF_UP, IFF_UP));
        return request.add(IFLA_IFNAME, name);
    }

    public static NetlinkRequest down(String name) {
        NetlinkRequest request =
                new NetlinkRequest(
                        "set link " + name + " down", RTM_NEWLINK, 0, structure(0, 0, IFF_UP));
        return request.add(IFLA_IFNAME, name);
    }

    /// Deletes a link; one that is gone already is fine. A veth takes its peer along.
    public static NetlinkRequest delete(String name) {
        return new NetlinkRequest("delete link " + name, RTM_DELLINK, 0, structure(0, 0, 0))
                .add(IFLA_IFNAME, name)
                .tolerate(NetlinkErrno.ENODEV);
    }

    /// All links of the socket's namespace.
    public static List<Link> list(NetlinkSocket socket) {
        NetlinkRequest request =
                new NetlinkRequest(
                        "list links", RTM_GETLINK, NetlinkRequest.FLAG_DUMP, structure(0, 0, 0));
        List<Link> links = new ArrayList<>();
        for (NetlinkMessage message : socket.dump(request)) {
            if (message.type() == RTM_NEWLINK) {
                links.add(read(message));
            }
        }
        return links;
    }

    /// The link of this name; empty when there is none.
    public static Optional<Link> find(NetlinkSocket socket, String name) {
        NetlinkRequest request =
                new NetlinkRequest("find link " + name, RTM_GETLINK, 0, structure(0, 0, 0));
        try {
            return Optional.of(read(socket.query(request.add(IFLA_IFNAME, name))));
        } catch (NetlinkException e) {
            if (e.errno() == NetlinkErrno.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    static Link read(NetlinkMessage message) {
        NetlinkAttributes attributes = message.attributes(STRUCTURE);
        ByteBuffer payload = message.payload();
        return new Link(
                payload.getInt(4),
                attributes.findString(IFLA_IFNAME).orElse(""),
                (payload.getInt(8) & IFF_UP) != 0,
                attributes.findInt(IFLA_MTU).orElse(0),
                attributes.findBytes(IFLA_ADDRESS).map(HARDWARE::formatHex).orElse(""),
                attributes
                        .findNested(IFLA_LINKINFO)
                        .flatMap(info -> info.findString(IFLA_INFO_KIND))
                        .orElse(""));
    }

    private static NetlinkRequest veth(End host, End peer, int mtu, int peerNamespace) {
        NetlinkRequest request =
                new NetlinkRequest(
                        "create link " + host.name(),
                        RTM_NEWLINK,
                        NetlinkRequest.FLAG_CREATE | NetlinkRequest.FLAG_EXCLUSIVE,
                        structure(0, 0, 0));
        end(request, host, mtu);
        int linkInfo = request.begin(IFLA_LINKINFO | NetlinkRequest.NESTED);
        request.add(IFLA_INFO_KIND, "veth");
        int data = request.begin(IFLA_INFO_DATA | NetlinkRequest.NESTED);
        int peerData = request.begin(VETH_INFO_PEER | NetlinkRequest.NESTED);
        request.raw(structure(0, 0, 0));
        end(request, peer, mtu);
        if (peerNamespace >= 0) {
            request.add(IFLA_NET_NS_FD, peerNamespace);
        }
        return request.end(peerData).end(data).end(linkInfo);
    }

    /// One queue each way: the kernel else makes one for each processor, for links by the hundred.
    private static void end(NetlinkRequest request, End end, int mtu) {
        request.add(IFLA_IFNAME, end.name())
                .add(IFLA_ADDRESS, HARDWARE.parseHex(end.address()))
                .add(IFLA_MTU, mtu)
                .add(IFLA_NUM_TX_QUEUES, 1)
                .add(IFLA_NUM_RX_QUEUES, 1);
    }

    /// `struct ifinfomsg`.
    private static byte[] structure(int index, int flags, int change) {
        byte[] bytes = new byte[STRUCTURE];
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.nativeOrder())
                .putInt(0)
                .putInt(index)
                .putInt(flags)
                .putInt(change);
        return bytes;
    }
}

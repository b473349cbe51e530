package dev.gantry.agent.network;

import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.sys.NetlinkErrno;
import dev.gantry.agent.sys.NetlinkException;
import dev.gantry.agent.sys.NetlinkLegacyTables;
import dev.gantry.agent.sys.NetlinkLinks;
import dev.gantry.agent.sys.NetlinkLinks.End;
import dev.gantry.agent.sys.NetlinkLinks.Link;
import dev.gantry.agent.sys.NetlinkNamespaces;
import dev.gantry.agent.sys.NetlinkRequest;
import dev.gantry.agent.sys.NetlinkRoutes;
import dev.gantry.agent.sys.NetlinkSocket;
import dev.gantry.agent.sys.NftSession;
import java.net.Inet4Address;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The node's side of the pod network: routed veths, one /32 for each pod, no bridge. Safe for use
/// by many threads. Sockets belong to the network namespace of the thread that made this object.
///
/// A pod's default route leads to a link-local gateway whose hardware address is a permanent
/// neighbour, as is the pod's on the host: no ARP is ever asked or answered.
public final class PodNetwork implements AutoCloseable {

    /// The gateway of every pod: no link has this address.
    private static final Inet4Address GATEWAY = Cidr.address("169.254.1.1");

    private static final String POD_LINK = "eth0";
    private static final int MTU_DEFAULT = 1_500;

    private final NetworkConfig config;
    private final NetlinkSocket socket;
    private final NftSession rules;
    private final AddressPool addresses;
    private final Map<String, Inet4Address> attached = new ConcurrentHashMap<>();
    private final PublishedPorts ports;
    private volatile int mtu = MTU_DEFAULT;

    public PodNetwork(NetworkConfig config) {
        this.config = config;
        this.socket = NetlinkSocket.route();
        this.rules = NftSession.open();
        this.addresses = new AddressPool(config.podCidr());
        this.ports = new PublishedPorts(config, rules);
    }

    public NetworkConfig config() {
        return config;
    }

    /// Makes or adopts what all pods share: forwarding, the service link, routes, the nftables
    /// table. Safe to repeat.
    ///
    /// @throws NetworkException or NetlinkException or NftException naming what the host refused
    public void setup() {
        HostSysctl.set("ipv4/ip_forward", "1");
        mtu = config.mtu() > 0 ? config.mtu() : uplinkMtu();
        if (NetlinkLinks.find(socket, config.serviceLink()).isEmpty()) {
            NetlinkLinks.createVeth(
                    socket,
                    new End(config.serviceLink(), hardware("0a:5a", config.hostAddress())),
                    new End(config.serviceLinkPeer(), hardware("0a:5b", config.hostAddress())),
                    mtu);
        }
        HostSysctl.setIfPresent("ipv6/conf/" + config.serviceLink() + "/disable_ipv6", "1");
        HostSysctl.setIfPresent("ipv6/conf/" + config.serviceLinkPeer() + "/disable_ipv6", "1");
        int link = NetlinkLinks.find(socket, config.serviceLink()).orElseThrow().index();
        Cidr services = config.serviceCidr();
        Cidr pods = config.podCidr();
        socket.execute(
                List.of(
                        NetlinkLinks.up(config.serviceLinkPeer()),
                        NetlinkLinks.up(config.serviceLink()),
                        NetlinkRoutes.address(link, config.hostAddress(), 32),
                        NetlinkRoutes.address(link, config.dnsAddress(), 32),
                        NetlinkRoutes.linkRoute(
                                services.network(),
                                services.prefixLength(),
                                link,
                                config.hostAddress()),
                        NetlinkRoutes.unreachableRoute(pods.network(), pods.prefixLength())));
        rules.run(NetworkTable.create(config));
        ports.adopt();
        adoptAddresses();
    }

    /// Removes everything that carries this agent's names: links, routes, the nftables table. Pods
    /// that are still there lose their network.
    public void teardown() {
        List<NetlinkRequest> requests = new ArrayList<>();
        for (String name : ownLinks()) {
            requests.add(NetlinkLinks.delete(name));
        }
        requests.add(
                NetlinkRoutes.deleteUnreachable(
                        config.podCidr().network(), config.podCidr().prefixLength()));
        socket.execute(requests);
        rules.run(NetworkTable.delete(config));
        attached.clear();
    }

    /// The address of a sandbox; empty for one in the host's network.
    public Optional<Inet4Address> address(Sandbox sandbox) {
        return Optional.ofNullable(attached.get(sandbox.id()));
    }

    /// Leads ports of the node to ports of a sandbox; replaces what it had published before. They
    /// are open on all addresses of the node, `localhost` included.
    ///
    /// @throws NetworkException when another sandbox has one of the ports; nothing is changed then
    public void publish(Sandbox sandbox, List<HostPort> published) {
        Inet4Address address = attached.get(sandbox.id());
        if (address == null) {
            throw new NetworkException(
                    "a pod in the host's network has its ports on the host already");
        }
        if (!published.isEmpty()) {
            // Lets the host's own loopback address be the source of what is translated to the pod;
            // the raw chain drops what a pod itself sends to 127.0.0.0/8 (CVE-2020-8558).
            HostSysctl.set("ipv4/conf/" + config.linkName(sandbox.id()) + "/route_localnet", "1");
        }
        ports.publish(address, published);
    }

    /// What stands in the network's way on this host, each in words for an operator: empty is good.
    /// The old iptables are looked at in the network namespace of the calling thread.
    public List<String> diagnose() {
        return NetworkDiagnosis.of(
                config.table(),
                rules.listText("list ruleset"),
                HostSysctl.read("ipv4/ip_forward"),
                NetlinkLegacyTables.dropsForwarded());
    }

    /// Runs commands in nft(8)'s syntax, in one transaction; they must touch this agent's table
    /// only.
    public void changeRules(String commands) {
        rules.run(commands);
    }

    /// The agent's own table as text.
    public String listRules() {
        return rules.listText("list table ip " + config.table());
    }

    /// Closes sockets; links, routes and rules stay.
    @Override
    public void close() {
        socket.close();
        rules.close();
    }

    Inet4Address takeAddress() {
        return addresses.take();
    }

    /// Lets an address be given out again: only after its record is gone from the disk.
    void giveBack(Inet4Address address) {
        addresses.release(address);
    }

    /// Makes a sandbox's link, with its address, routes and neighbours on both sides.
    ///
    /// @param namespace where the sandbox's network namespace is pinned
    void attach(String id, Path namespace, Inet4Address address) throws InterruptedException {
        String name = config.linkName(id);
        String podHardware = hardware("0a:58", address);
        String hostHardware = hardware("0a:59", address);
        NetlinkLinks.createVeth(
                socket,
                new End(name, hostHardware),
                new End(POD_LINK, podHardware),
                mtu,
                namespace);
        HostSysctl.setIfPresent("ipv6/conf/" + name + "/disable_ipv6", "1");
        // Strict: what comes out of the pod must carry the pod's address.
        HostSysctl.set("ipv4/conf/" + name + "/rp_filter", "1");
        NetlinkNamespaces.call(namespace, () -> configureInside(address, hostHardware));
        int index = NetlinkLinks.find(socket, name).orElseThrow().index();
        socket.execute(
                List.of(
                        NetlinkLinks.up(name),
                        NetlinkRoutes.linkRoute(address, 32, index, config.hostAddress()),
                        NetlinkRoutes.neighbour(index, address, podHardware)));
        attached.put(id, address);
    }

    /// Takes over a link that an earlier agent made.
    ///
    /// @return false when the link is not there, or its address is in use by another
    boolean adopt(String id, Inet4Address address) {
        if (NetlinkLinks.find(socket, config.linkName(id)).isEmpty()) {
            return false;
        }
        if (attached.containsValue(address)) {
            return false;
        }
        addresses.reserve(address);
        attached.put(id, address);
        return true;
    }

    /// Deletes a sandbox's link and all that went with it; its address stays reserved.
    void detach(String id, Inet4Address address) {
        if (attached.remove(id, address)) {
            ports.publish(address, List.of());
        }
        try {
            socket.execute(List.of(NetlinkLinks.delete(config.linkName(id))));
        } catch (NetlinkException e) {
            // The kernel says EINVAL for a name that a namespace's end already took along.
            if (e.errno() != NetlinkErrno.EINVAL) {
                throw e;
            }
        }
    }

    /// Keeps an address from being given out.
    void reserve(Inet4Address address) {
        addresses.reserve(address);
    }

    /// The ids of sandboxes whose links exist.
    List<String> linkedSandboxes() {
        int prefix = config.linkPrefix().length() + 1;
        return ownLinks().stream()
                .filter(name -> !name.equals(config.serviceLink()))
                .filter(name -> !name.equals(config.serviceLinkPeer()))
                .map(name -> name.substring(prefix))
                .toList();
    }

    void deleteLink(String id) {
        socket.execute(List.of(NetlinkLinks.delete(config.linkName(id))));
    }

    private static boolean configureInside(Inet4Address address, String gatewayHardware) {
        try (NetlinkSocket inside = NetlinkSocket.route()) {
            int index = NetlinkLinks.find(inside, POD_LINK).orElseThrow().index();
            inside.execute(
                    List.of(
                            NetlinkLinks.up("lo"),
                            NetlinkLinks.up(POD_LINK),
                            NetlinkRoutes.address(index, address, 32),
                            NetlinkRoutes.neighbour(index, GATEWAY, gatewayHardware),
                            NetlinkRoutes.defaultRoute(GATEWAY, index)));
        }
        return true;
    }

    private List<String> ownLinks() {
        String prefix = config.linkPrefix() + "-";
        return NetlinkLinks.list(socket).stream()
                .map(Link::name)
                .filter(name -> name.startsWith(prefix))
                .toList();
    }

    /// No address that the kernel knows in our range is given to anyone, whoever made it.
    private void adoptAddresses() {
        for (NetlinkRoutes.Route route : NetlinkRoutes.list(socket)) {
            if (route.prefixLength() == 32) {
                addresses.reserve(route.destination());
            }
        }
        for (NetlinkRoutes.Address address : NetlinkRoutes.addresses(socket)) {
            addresses.reserve(address.address());
        }
    }

    private int uplinkMtu() {
        return NetlinkRoutes.list(socket).stream()
                .filter(route -> route.prefixLength() == 0 && route.linkIndex() > 0)
                .findFirst()
                .flatMap(route ->
                        NetlinkLinks.list(socket).stream()
                                .filter(link -> link.index() == route.linkIndex())
                                .findFirst())
                .map(Link::mtu)
                .filter(found -> found > 0)
                .orElse(MTU_DEFAULT);
    }

    private static String hardware(String prefix, Inet4Address address) {
        return prefix + ":" + HexFormat.ofDelimiter(":").formatHex(address.getAddress());
    }
}

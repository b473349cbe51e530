package dev.gantry.agent.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.sys.NetlinkLinks;
import dev.gantry.agent.sys.NetlinkLinks.End;
import dev.gantry.agent.sys.NetlinkNamespaces;
import dev.gantry.agent.sys.NetlinkRoutes;
import dev.gantry.agent.sys.NetlinkSocket;
import dev.gantry.agent.sys.NetlinkTestNamespaces;
import dev.gantry.agent.sys.NftSession;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real links, routes and rules, each test in a network namespace of its own.
@Tag("root")
class PodNetworkTest {

    @TempDir Path directory;

    @Test
    @Tag("vm")
    void podsAndHostReachEachOther() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            try (Node node = new Node(Node.config(directory))) {
                Sandbox a = node.pool.take("a");
                Sandbox b = node.pool.take("b");
                node.serve(a.pin("net"), "a", 8080);

                assertThat(Node.ask(b, node.address(a), 8080)).isEqualTo("a " + node.address(b));
                assertThat(Node.ask(node.address(a), 8080)).isEqualTo("a 10.200.7.1");
                assertThat(Node.ask(a, node.address(a), 8080)).isEqualTo("a " + node.address(a));
                assertThat(Node.ask(b, "10.200.7.200", 8080)).startsWith("no: ");
                node.pool.release(a);
                node.pool.release(b);
            }
            return null;
        });
    }

    @Test
    @Tag("vm")
    void outwardTrafficCarriesTheNodesAddress() throws Exception {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        NetlinkTestNamespaces.pin(outside);
        try {
            NetlinkTestNamespaces.isolated(() -> {
                connect(outside.resolve("net"));
                try (Node node = new Node(Node.config(directory.resolve("agent")))) {
                    Sandbox a = node.pool.take("a");
                    node.serve(outside.resolve("net"), "outside", 80);

                    assertThat(Node.ask(a, "192.0.2.2", 80)).isEqualTo("outside 192.0.2.1");
                    assertThat(mtu(a)).isEqualTo(1400);
                    node.pool.release(a);
                }
                return null;
            });
        } finally {
            NetlinkTestNamespaces.unpin(outside);
        }
    }

    @Test
    @Tag("vm")
    void hostPortLeadsToItsPodAlsoFromLocalhost() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            try (Node node = new Node(Node.config(directory))) {
                Sandbox a = node.pool.take("a");
                Sandbox b = node.pool.take("b");
                node.serve(a.pin("net"), "a", 8080);
                node.network.publish(a, List.of(new HostPort("tcp", 9090, 8080)));

                assertThat(Node.ask("127.0.0.1", 9090)).isEqualTo("a 10.200.7.1");
                assertThat(Node.ask("10.200.7.1", 9090)).startsWith("a ");
                assertThat(Node.ask(b, "10.200.7.1", 9090)).isEqualTo("a " + node.address(b));
                assertThatThrownBy(() ->
                                node.network.publish(b, List.of(new HostPort("tcp", 9090, 80))))
                        .hasMessageContaining("9090/tcp is in use by the pod");
                node.pool.release(a);
                assertThat(Node.ask("10.200.7.1", 9090)).startsWith("no: ");
                node.pool.release(b);
            }
            return null;
        });
    }

    @Test
    void podIsKeptFromTheHostsLoopback() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            try (Node node = new Node(Node.config(directory))) {
                Sandbox a = node.pool.take("a");
                node.network.publish(a, List.of(new HostPort("tcp", 9090, 8080)));
                assertThat(node.network.listRules())
                        .contains("iifname \"gantry-*\" ip daddr 127.0.0.0/8 drop");
                assertThat(HostSysctl.read("ipv4/conf/gantry-" + a.id() + "/rp_filter"))
                        .isEqualTo("1");
                node.pool.release(a);
            }
            return null;
        });
    }

    @Test
    void newAgentAdoptsWhatTheOldOneLeft() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            NetworkConfig config = Node.config(directory);
            Node old = new Node(config);
            Sandbox a = old.pool.take("pod-a");
            Sandbox host = old.pool.takeHostNetwork("pod-host");
            String address = old.address(a);
            old.serve(a.pin("net"), "a", 8080);
            old.network.publish(a, List.of(new HostPort("tcp", 9090, 8080)));
            old.crash();
            // A sandbox whose making was cut short, and a link without a record.
            Path half = Files.createDirectories(config.sandboxDirectory().resolve("0badcafe"));
            NetlinkTestNamespaces.pin(half);
            strayLink("gantry-deadbeef");

            try (Node node = new Node(config)) {
                assertThat(node.adopted.keySet()).containsExactly("pod-a", "pod-host");
                assertThat(node.adopted.get("pod-a")).isEqualTo(a);
                assertThat(node.adopted.get("pod-host")).isEqualTo(host);
                assertThat(node.address(a)).isEqualTo(address);
                assertThat(node.network.address(host)).isEmpty();
                assertThat(half).doesNotExist();
                assertThat(node.network.linkedSandboxes()).doesNotContain("deadbeef");
                assertThat(Node.ask("127.0.0.1", 9090)).startsWith("a ");

                var seen = new TreeSet<String>();
                seen.add(address);
                for (int i = 0; i < 8; i++) {
                    Sandbox next = node.pool.take("next-" + i);
                    assertThat(seen.add(node.address(next))).isTrue();
                    assertThat(next.ids()).isNotEqualTo(a.ids());
                }
                for (Sandbox each : node.pool.owned()) {
                    node.pool.release(each);
                }
                node.pool.drain();
                assertThat(config.sandboxDirectory()).isEmptyDirectory();
            }
            return null;
        });
    }

    @Test
    @Tag("vm")
    void teardownLeavesNothing() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            List<String> before = world();
            try (Node node = new Node(Node.config(directory))) {
                Sandbox a = node.pool.take("a");
                node.network.publish(a, List.of(new HostPort("udp", 53, 53)));
                assertThat(world()).isNotEqualTo(before);
                node.pool.release(a);
            }
            assertThat(world()).isEqualTo(before);
            assertThat(directory.resolve("sandboxes")).isEmptyDirectory();
            return null;
        });
    }

    @Test
    void foreignForwardDropIsNamed() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            try (Node node = new Node(Node.config(directory));
                    NftSession foreign = NftSession.open()) {
                assertThat(node.network.diagnose()).isEmpty();
                foreign.run(
                        "add table ip filter\n"
                                + "add chain ip filter FORWARD"
                                + " { type filter hook forward priority 0; policy drop; }");
                assertThat(node.network.diagnose())
                        .singleElement()
                        .asString()
                        .contains("chain FORWARD of table ip filter", "DOCKER-USER");
            }
            return null;
        });
    }

    @Test
    void forwardDropOfTheOldIptablesIsNamed() throws Exception {
        Path iptables = Path.of("/usr/sbin/iptables-legacy");
        assertThat(iptables).as("Debian's package iptables").exists();
        NetlinkTestNamespaces.isolated(() -> {
            try (Node node = new Node(Node.config(directory))) {
                // A child process is born into the namespace of the thread that starts it.
                Process process =
                        new ProcessBuilder(iptables.toString(), "-P", "FORWARD", "DROP")
                                .inheritIO()
                                .start();
                assertThat(process.waitFor()).isZero();
                assertThat(node.network.diagnose())
                        .singleElement()
                        .asString()
                        .contains("old iptables");
            }
            return null;
        });
    }

    @Test
    void forgedSourceDoesNotLeaveThePod() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            try (Node node = new Node(Node.config(directory));
                    DatagramSocket host = new DatagramSocket(7_000)) {
                Sandbox a = node.pool.take("a");
                host.setSoTimeout(5_000);
                send(a, Cidr.address("10.200.7.99"));
                send(a, node.network.address(a).orElseThrow());

                // The honest one was sent last: it is the first to arrive.
                DatagramPacket packet = new DatagramPacket(new byte[10], 10);
                host.receive(packet);
                assertThat(packet.getAddress().getHostAddress()).isEqualTo(node.address(a));
                node.pool.release(a);
            }
            return null;
        });
    }

    /// Sends one datagram to the node from an address that the pod gives itself.
    private static void send(Sandbox from, Inet4Address source) throws InterruptedException {
        Node.inside(
                from,
                () -> {
                    try (NetlinkSocket socket = NetlinkSocket.route()) {
                        int index = NetlinkLinks.find(socket, "eth0").orElseThrow().index();
                        socket.execute(List.of(NetlinkRoutes.address(index, source, 32)));
                    }
                    try (DatagramSocket pod = new DatagramSocket(0, source)) {
                        pod.send(
                                new DatagramPacket(
                                        new byte[1],
                                        1,
                                        new InetSocketAddress("10.200.7.1", 7_000)));
                    }
                    return true;
                });
    }

    /// Links, routes and tables of the namespace that the thread is in.
    private static List<String> world() {
        try (NetlinkSocket socket = NetlinkSocket.route();
                NftSession rules = NftSession.open()) {
            return List.of(
                    NetlinkLinks.list(socket).toString(),
                    NetlinkRoutes.list(socket).toString(),
                    NetlinkRoutes.addresses(socket).toString(),
                    rules.listText("list ruleset"));
        }
    }

    private static int mtu(Sandbox sandbox) throws InterruptedException {
        return Node.inside(
                sandbox,
                () -> {
                    try (NetlinkSocket socket = NetlinkSocket.route()) {
                        return NetlinkLinks.find(socket, "eth0").orElseThrow().mtu();
                    }
                });
    }

    private static void strayLink(String name) {
        try (NetlinkSocket socket = NetlinkSocket.route()) {
            NetlinkLinks.createVeth(
                    socket,
                    new End(name, "0a:00:00:00:00:01"),
                    new End("stray", "0a:00:00:00:00:02"),
                    1500);
        }
    }

    /// An uplink to a neighbour: 192.0.2.1 here, 192.0.2.2 there, with an MTU of 1,400.
    private static void connect(Path outside) throws InterruptedException {
        try (NetlinkSocket socket = NetlinkSocket.route()) {
            NetlinkLinks.createVeth(
                    socket,
                    new End("up0", "0a:00:00:00:00:01"),
                    new End("out0", "0a:00:00:00:00:02"),
                    1400,
                    outside);
            int index = NetlinkLinks.find(socket, "up0").orElseThrow().index();
            socket.execute(
                    List.of(
                            NetlinkLinks.up("up0"),
                            NetlinkRoutes.address(index, Cidr.address("192.0.2.1"), 24),
                            NetlinkRoutes.defaultRoute(Cidr.address("192.0.2.2"), index)));
        }
        NetlinkNamespaces.call(
                outside,
                () -> {
                    try (NetlinkSocket socket = NetlinkSocket.route()) {
                        int index = NetlinkLinks.find(socket, "out0").orElseThrow().index();
                        socket.execute(
                                List.of(
                                        NetlinkLinks.up("out0"),
                                        NetlinkRoutes.address(
                                                index, Cidr.address("192.0.2.2"), 24)));
                    }
                    return true;
                });
    }
}

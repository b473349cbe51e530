package dev.gantry.agent.network.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.network.Cidr;
import dev.gantry.agent.network.Node;
import dev.gantry.agent.network.service.Objects;
import dev.gantry.agent.sys.NetlinkTestNamespaces;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real sockets, asked from a pod and from the node, in a network namespace of the test's own.
@Tag("root")
class ClusterDnsTest {

    private static final InetSocketAddress SERVER = new InetSocketAddress("10.201.0.10", 53);
    private static final DnsQuery WEB =
            DnsMessagesTest.query("web.default.svc.cluster.local", DnsWire.TYPE_A);

    @TempDir Path directory;

    @Test
    void podsAndTheNodeAskByBothTransports() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            try (Node node = new Node(Node.config(directory));
                    ClusterDns dns = new ClusterDns(node.config, "cluster.local", List.of())) {
                dns.update(List.of(Objects.service("web", "10.201.0.20", "TCP", 80)), List.of());
                dns.start();
                Sandbox pod = node.pool.take("pod");

                for (DnsResponse answer :
                        List.of(
                                Node.inside(pod, () -> byDatagram(WEB)),
                                Node.inside(pod, () -> byStream(WEB)),
                                byDatagram(WEB),
                                byStream(WEB))) {
                    assertThat(answer.addresses()).containsExactly(Cidr.address("10.201.0.20"));
                }
                assertThat(tracked()).isZero();
                assertThat(byDatagram(DnsMessagesTest.query("x.org", DnsWire.TYPE_ANY)).code())
                        .isEqualTo(DnsWire.REFUSED);
                node.pool.release(pod);
            }
            return null;
        });
    }

    @Test
    void otherNamesAreAskedUpstreamOnceAndThenKept() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            AtomicInteger asked = new AtomicInteger();
            try (Node node = new Node(Node.config(directory));
                    DatagramSocket upstream = upstream(asked);
                    ClusterDns dns =
                            new ClusterDns(
                                    node.config,
                                    "cluster.local",
                                    List.of(
                                            new InetSocketAddress(
                                                    upstream.getLocalAddress(),
                                                    upstream.getLocalPort())),
                                    Thread.ofPlatform().daemon().factory())) {
                dns.start();
                DnsQuery query = DnsMessagesTest.query("example.org", DnsWire.TYPE_A);

                assertThat(byDatagram(query).addresses()).containsExactly(Cidr.address("1.2.3.4"));
                assertThat(byStream(query).addresses()).containsExactly(Cidr.address("1.2.3.4"));
                assertThat(asked).hasValue(1);
            }
            return null;
        });
    }

    @Test
    void withoutUpstreamTheAnswerIsFailureAndHostilePacketsDoNotEndTheServer() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            try (Node node = new Node(Node.config(directory));
                    ClusterDns dns = new ClusterDns(node.config, "cluster.local", List.of());
                    DatagramSocket hostile = new DatagramSocket()) {
                dns.start();
                for (int length = 0; length < 64; length++) {
                    byte[] bytes = new byte[length];
                    Arrays.fill(bytes, (byte) 0xc0);
                    hostile.send(new DatagramPacket(bytes, length, SERVER));
                }

                DnsQuery query = DnsMessagesTest.query("example.org", DnsWire.TYPE_A);
                assertThat(byDatagram(query).code()).isEqualTo(DnsWire.SERVER_FAILURE);
            }
            return null;
        });
    }

    /// A server that knows one address for every name.
    private static DatagramSocket upstream(AtomicInteger asked) throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        while (true) {
                            DatagramPacket packet = new DatagramPacket(new byte[512], 512);
                            socket.receive(packet);
                            asked.incrementAndGet();
                            DnsQuery query =
                                    DnsQuery.parse(
                                            ByteBuffer.wrap(
                                                    packet.getData(), 0, packet.getLength()));
                            byte[] answer = DnsMessagesTest.answer(query, query.id(), 0, 60, 1);
                            socket.send(
                                    new DatagramPacket(
                                            answer, answer.length, packet.getSocketAddress()));
                        }
                    } catch (IOException | DnsFormatException e) {
                        // Closed at the end of the test.
                    }
                });
        return socket;
    }

    private static DnsResponse byDatagram(DnsQuery query) throws IOException, DnsFormatException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(5_000);
            byte[] question = query.toServer(11);
            socket.send(new DatagramPacket(question, question.length, SERVER));
            DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
            socket.receive(packet);
            assertThat(packet.getSocketAddress()).isEqualTo(SERVER);
            return DnsResponse.parse(
                    Arrays.copyOf(packet.getData(), packet.getLength()), 11, query);
        }
    }

    private static DnsResponse byStream(DnsQuery query) throws IOException, DnsFormatException {
        try (Socket socket = new Socket()) {
            socket.connect(SERVER, 5_000);
            socket.setSoTimeout(5_000);
            byte[] question = query.toServer(12);
            ByteBuffer framed = ByteBuffer.allocate(question.length + 2);
            framed.putShort((short) question.length).put(question);
            socket.getOutputStream().write(framed.array());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readUnsignedShort()];
            in.readFully(answer);
            return DnsResponse.parse(answer, 12, query);
        }
    }

    /// How many connections the kernel tracks in this namespace.
    private static int tracked() throws IOException {
        return java.nio.file.Files.readAllLines(Path.of("/proc/thread-self/net/nf_conntrack"))
                .size();
    }
}

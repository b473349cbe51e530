package dev.gantry.agent.network.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.network.Node;
import dev.gantry.agent.sys.NetlinkTestNamespaces;
import dev.gantry.api.core.v1.Service;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real rules and connections, each test in a network namespace of its own.
@Tag("root")
class ServiceRulesTest {

    private static final String VIP = "10.201.0.20";
    private static final Service WEB = Objects.service("web", VIP, "TCP", 80);

    @TempDir Path directory;

    @Test
    @Tag("vm")
    void connectionsSpreadOverReadyEndpointsFromPodsAndFromTheHost() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            try (Node node = new Node(Node.config(directory))) {
                Sandbox a = server(node, "a");
                Sandbox b = server(node, "b");
                Sandbox c = server(node, "c");
                Sandbox client = node.pool.take("client");
                var slice =
                        Objects.slice("web", "TCP", 8080, node.address(a), node.address(b))
                                .toBuilder()
                                .addEndpoints(Objects.endpoint(node.address(c), false))
                                .build();
                new ServiceRules(node.network).update(List.of(WEB), List.of(slice));

                String fromPod = " " + node.address(client);
                assertThat(answers(() -> Node.ask(client, VIP, 80)))
                        .containsExactly("a" + fromPod, "b" + fromPod);
                assertThat(answers(() -> Node.ask(VIP, 80)))
                        .containsExactly("a 10.200.7.1", "b 10.200.7.1");
                release(node);
            }
            return null;
        });
    }

    @Test
    @Tag("vm")
    void podReachesItselfThroughItsService() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            try (Node node = new Node(Node.config(directory))) {
                Sandbox a = server(node, "a");
                new ServiceRules(node.network)
                        .update(
                                List.of(WEB),
                                List.of(Objects.slice("web", "TCP", 8080, node.address(a))));

                assertThat(Node.ask(a, VIP, 80)).isEqualTo("a 10.200.7.1");
                release(node);
            }
            return null;
        });
    }

    @Test
    void serviceWithoutEndpointsRefusesAtOnce() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            try (Node node = new Node(Node.config(directory))) {
                Sandbox client = node.pool.take("client");
                new ServiceRules(node.network).update(List.of(WEB), List.of());

                assertThat(Node.ask(client, VIP, 80)).contains("refused");
                assertThat(Node.ask(VIP, 80)).contains("refused");
                assertThat(Node.ask(client, "10.201.99.99", 443)).contains("refused");
                release(node);
            }
            return null;
        });
    }

    @Test
    void connectionsOutliveUpdatesAndANewAgent() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            var config = Node.config(directory);
            Node old = new Node(config);
            Sandbox a = server(old, "a");
            Sandbox b = server(old, "b");
            String addressA = old.address(a);
            String addressB = old.address(b);
            ServiceRules rules = new ServiceRules(old.network);
            rules.update(List.of(WEB), List.of(Objects.slice("web", "TCP", 8080, addressA)));
            try (Socket open = new Socket()) {
                open.connect(new InetSocketAddress(InetAddress.getByName(VIP), 80), 5_000);
                var reader = Node.reader(open);
                assertThat(reader.readLine()).startsWith("a ");

                rules.update(List.of(WEB), List.of(Objects.slice("web", "TCP", 8080, addressB)));
                assertThat(Node.ask(VIP, 80)).startsWith("b ");
                open.getOutputStream().write("one\n".getBytes(StandardCharsets.UTF_8));
                assertThat(reader.readLine()).isEqualTo("one");

                String gone = old.network.listRules();
                old.crash();
                try (Node node = new Node(config)) {
                    assertThat(Node.ask(VIP, 80)).startsWith("b ");
                    ServiceRules next = new ServiceRules(node.network);
                    next.update(
                            List.of(WEB, Objects.service("two", "10.201.0.21", "TCP", 81)),
                            List.of(
                                    Objects.slice("web", "TCP", 8080, addressB),
                                    Objects.slice("two", "TCP", 8080, addressA)));
                    assertThat(Node.ask("10.201.0.21", 81)).startsWith("a ");
                    open.getOutputStream().write("two\n".getBytes(StandardCharsets.UTF_8));
                    assertThat(reader.readLine()).isEqualTo("two");
                    next.update(List.of(WEB), List.of(Objects.slice("web", "TCP", 8080, addressB)));
                    assertThat(node.network.listRules()).isEqualTo(gone);
                    release(node);
                }
            }
            return null;
        });
    }

    @Test
    void udpFlowLeavesAnEndpointThatIsGone() throws Exception {
        NetlinkTestNamespaces.isolated(() -> {
            try (Node node = new Node(Node.config(directory));
                    DatagramSocket client = new DatagramSocket()) {
                Sandbox a = udpServer(node, "a");
                Sandbox b = udpServer(node, "b");
                Service dns = Objects.service("u", VIP, "UDP", 53);
                ServiceRules rules = new ServiceRules(node.network);
                rules.update(
                        List.of(dns), List.of(Objects.slice("u", "UDP", 5353, node.address(a))));
                assertThat(exchange(client)).isEqualTo("a");

                rules.update(
                        List.of(dns), List.of(Objects.slice("u", "UDP", 5353, node.address(b))));
                assertThat(exchange(client)).isEqualTo("b");
                release(node);
            }
            return null;
        });
    }

    private interface Question {
        String ask() throws Exception;
    }

    /// Sixty tries: that one of two endpoints is never chosen happens once in 2^59.
    private static Set<String> answers(Question question) throws Exception {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 60; i++) {
            answers.add(question.ask());
        }
        return answers;
    }

    private static Sandbox server(Node node, String name) throws InterruptedException {
        Sandbox sandbox = node.pool.take(name);
        node.serve(sandbox.pin("net"), name, 8080);
        return sandbox;
    }

    private static Sandbox udpServer(Node node, String name) throws InterruptedException {
        Sandbox sandbox = node.pool.take(name);
        DatagramSocket socket = Node.inside(sandbox, () -> new DatagramSocket(5353));
        node.closeLater(socket);
        Thread.ofPlatform().daemon().start(() -> answerDatagrams(socket, name));
        return sandbox;
    }

    private static void answerDatagrams(DatagramSocket socket, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                socket.receive(packet);
                socket.send(new DatagramPacket(text, text.length, packet.getSocketAddress()));
            }
        } catch (java.io.IOException e) {
            // Closed at the end of the test.
        }
    }

    private static String exchange(DatagramSocket client) throws java.io.IOException {
        client.setSoTimeout(3_000);
        client.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress(VIP, 53)));
        DatagramPacket answer = new DatagramPacket(new byte[100], 100);
        try {
            client.receive(answer);
        } catch (SocketTimeoutException e) {
            return "no answer";
        }
        return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
    }

    private static void release(Node node) {
        for (Sandbox sandbox : node.pool.owned()) {
            node.pool.release(sandbox);
        }
    }
}

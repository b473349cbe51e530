package dev.gantry.agent.network;

import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.container.SandboxOptions;
import dev.gantry.agent.sys.NetlinkNamespaces;
import dev.gantry.agent.sys.NetlinkTestNamespaces;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.Callable;

/// A node for tests, in the network namespace of the calling thread: real links, rules and sockets,
/// with sandboxes that have a network and a UTS namespace only.
public final class Node implements AutoCloseable {

    public final NetworkConfig config;
    public final PodNetwork network;
    public final SandboxPool pool;
    public final SortedMap<String, Sandbox> adopted;
    private final List<Closeable> open = new ArrayList<>();

    public Node(NetworkConfig config) {
        this.config = config;
        network = new PodNetwork(config);
        network.setup();
        pool = new SandboxPool(network, new TestSandboxes());
        adopted = pool.adopt();
    }

    public static NetworkConfig config(Path directory) {
        return NetworkConfig.of(directory, Cidr.parse("10.200.7.0/24")).withSandboxes(2);
    }

    public String address(Sandbox sandbox) {
        return network.address(sandbox).orElseThrow().getHostAddress();
    }

    public void closeLater(Closeable each) {
        open.add(each);
    }

    /// Serves TCP in a namespace: each client gets one line, `name client-address`, and then an
    /// echo of every line that it sends.
    public void serve(Path namespace, String name, int port) throws InterruptedException {
        ServerSocket server =
                NetlinkNamespaces.call(
                        namespace,
                        () -> new ServerSocket(port, 50, InetAddress.getByName("0.0.0.0")));
        open.add(server);
        Thread.ofPlatform().daemon().name("server " + name).start(() -> accept(server, name));
    }

    private static void accept(ServerSocket server, String name) {
        try {
            while (true) {
                Socket client = server.accept();
                Thread.ofPlatform().daemon().start(() -> talk(client, name));
            }
        } catch (IOException e) {
            // Closed at the end of the test.
        }
    }

    private static void talk(Socket client, String name) {
        try (client) {
            String from = client.getInetAddress().getHostAddress();
            client.getOutputStream()
                    .write((name + " " + from + "\n").getBytes(StandardCharsets.UTF_8));
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // The client is gone.
        }
    }

    /// What the server at an address says first, asked from inside a sandbox.
    public static String ask(Sandbox from, String address, int port) throws InterruptedException {
        return NetlinkNamespaces.call(from.pin("net"), () -> ask(address, port));
    }

    /// The same from the node itself; `refused` and the like for what cannot be reached.
    public static String ask(String address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(address), port), 5_000);
            socket.setSoTimeout(5_000);
            return reader(socket).readLine();
        } catch (SocketException e) {
            return "no: " + e.getMessage();
        }
    }

    public static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    public static <T> T inside(Sandbox sandbox, Callable<T> work) throws InterruptedException {
        return NetlinkNamespaces.call(sandbox.pin("net"), work);
    }

    /// As after `kill -9`: sockets are gone, everything else stays.
    public void crash() {
        pool.close();
        network.close();
    }

    @Override
    public void close() throws IOException {
        for (Closeable each : open) {
            each.close();
        }
        pool.drain();
        network.teardown();
        network.close();
    }

    /// Namespaces without users or IPC, pinned the way the runtime pins its own.
    private static final class TestSandboxes implements SandboxSource {
        @Override
        public Sandbox create(String id, Path directory, SandboxOptions options) {
            try {
                if (options.hostNetwork()) {
                    NetlinkTestNamespaces.pinUts(directory);
                } else {
                    NetlinkTestNamespaces.pin(directory);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return new Sandbox(
                    id,
                    directory,
                    options.ids(),
                    options.hostNetwork(),
                    options.hostIpc(),
                    options.hostname());
        }

        @Override
        public void destroy(Sandbox sandbox) {
            NetlinkTestNamespaces.unpin(sandbox.directory());
        }
    }
}

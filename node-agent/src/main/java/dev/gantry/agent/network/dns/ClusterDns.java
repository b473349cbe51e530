package dev.gantry.agent.network.dns;

import dev.gantry.agent.network.Cidr;
import dev.gantry.agent.network.NetworkConfig;
import dev.gantry.agent.network.NetworkException;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.discovery.v1.EndpointSlice;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The name server for containers, at the cluster's DNS address on port 53, UDP and TCP. Questions
/// about the cluster are answered by the receiving thread, all others by virtual threads of which
/// there is a bounded number; a question above the bound is answered with "server failure" at once.
public final class ClusterDns implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterDns.class);
    private static final int PORT = 53;
    private static final int QUERY_MAX = 1_500;
    private static final int FORWARDED_MAX = 1_000;
    private static final int CONNECTIONS_MAX = 200;
    private static final int QUESTIONS_MAX = 1_000;
    private static final int IDLE_MILLIS = 5_000;

    private final Inet4Address address;
    private final String domain;
    private final List<Cidr> ranges;
    private final DnsResolver resolver;
    private final Semaphore forwarded = new Semaphore(FORWARDED_MAX);
    private final Semaphore connections = new Semaphore(CONNECTIONS_MAX);
    private final ThreadFactory forwarders;
    private volatile ClusterZone zone;
    private @Nullable DatagramSocket datagrams;
    private @Nullable ServerSocket streams;

    /// @param config whose DNS address a set-up PodNetwork has put on a link
    /// @param clusterDomain e.g. `cluster.local`
    /// @param upstream the servers for all other names, see [ResolvConf#upstream]
    public ClusterDns(
            NetworkConfig config, String clusterDomain, List<InetSocketAddress> upstream) {
        this(config, clusterDomain, upstream, Thread.ofVirtual().name("dns-forward").factory());
    }

    /// As above, with the threads that ask upstream: a test in a network namespace of its own needs
    /// such as belong to it.
    ClusterDns(
            NetworkConfig config,
            String clusterDomain,
            List<InetSocketAddress> upstream,
            ThreadFactory forwarders) {
        this.forwarders = forwarders;
        this.address = config.dnsAddress();
        this.domain = clusterDomain.toLowerCase(Locale.ROOT);
        this.ranges = List.of(config.clusterCidr(), config.serviceCidr());
        this.zone = new ClusterZoneBuilder(domain, ranges).build(List.of(), List.of());
        List<InetSocketAddress> others =
                upstream.stream().filter(each -> !address.equals(each.getAddress())).toList();
        this.resolver =
                new DnsResolver(() -> zone, new DnsForwarder(others, InstantSource.system()));
    }

    /// Replaces what is answered about the cluster; any thread.
    public void update(Collection<Service> services, Collection<EndpointSlice> slices) {
        zone = new ClusterZoneBuilder(domain, ranges).build(services, slices);
    }

    /// Binds and serves, on threads of its own.
    ///
    /// @throws NetworkException when the address and port cannot be had
    public synchronized void start() {
        try {
            DatagramSocket byDatagram = new DatagramSocket(new InetSocketAddress(address, PORT));
            datagrams = byDatagram;
            ServerSocket byStream = new ServerSocket(PORT, CONNECTIONS_MAX, address);
            streams = byStream;
            Thread.ofPlatform().daemon().name("dns-udp").start(() -> receive(byDatagram));
            Thread.ofPlatform().daemon().name("dns-tcp").start(() -> accept(byStream));
        } catch (IOException e) {
            close();
            throw new NetworkException(
                    "failed to serve DNS at "
                            + address.getHostAddress()
                            + ":"
                            + PORT
                            + " (does another name server listen on all addresses of this host, or"
                            + " does another cluster here have this service range?)",
                    e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            if (datagrams != null) {
                datagrams.close();
            }
            if (streams != null) {
                streams.close();
            }
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("failed to close the DNS socket");
        }
    }

    private void receive(DatagramSocket socket) {
        DatagramPacket packet = new DatagramPacket(new byte[QUERY_MAX], QUERY_MAX);
        while (!socket.isClosed()) {
            try {
                packet.setLength(QUERY_MAX);
                socket.receive(packet);
                answer(socket, packet);
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    LOG.atDebug().setCause(e).log("failed to answer a DNS question");
                }
            } catch (DnsFormatException e) {
                // What is no question gets no answer and no log line: its sender may be forged.
            }
        }
    }

    private void answer(DatagramSocket socket, DatagramPacket packet)
            throws IOException, DnsFormatException {
        DnsQuery query = DnsQuery.parse(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
        SocketAddress client = packet.getSocketAddress();
        Optional<byte[]> atOnce = resolver.answerAtOnce(query, false);
        if (atOnce.isPresent()) {
            send(socket, client, atOnce.get());
        } else if (!forwarded.tryAcquire()) {
            send(socket, client, resolver.failed(query, false));
        } else {
            forwarders.newThread(() -> forward(socket, client, query)).start();
        }
    }

    private void forward(DatagramSocket socket, SocketAddress client, DnsQuery query) {
        try {
            send(socket, client, resolver.ask(query, false));
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("failed to answer a DNS question");
        } finally {
            forwarded.release();
        }
    }

    private static void send(DatagramSocket socket, SocketAddress client, byte[] bytes)
            throws IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, client));
    }

    private void accept(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (connections.tryAcquire()) {
                    Thread.ofVirtual().name("dns-stream").start(() -> talk(client));
                } else {
                    client.close();
                }
            } catch (IOException e) {
                if (!server.isClosed()) {
                    LOG.atDebug().setCause(e).log("failed to accept a DNS connection");
                }
            }
        }
    }

    private void talk(Socket client) {
        try (client) {
            client.setSoTimeout(IDLE_MILLIS);
            DataInputStream in = new DataInputStream(client.getInputStream());
            for (int i = 0; i < QUESTIONS_MAX; i++) {
                byte[] bytes = new byte[Math.min(in.readUnsignedShort(), QUERY_MAX)];
                in.readFully(bytes);
                DnsQuery query = DnsQuery.parse(ByteBuffer.wrap(bytes));
                byte[] answer =
                        resolver.answerAtOnce(query, true)
                                .orElseGet(() -> resolver.ask(query, true));
                ByteBuffer framed = ByteBuffer.allocate(2 + answer.length);
                framed.putShort((short) answer.length).put(answer);
                client.getOutputStream().write(framed.array());
            }
        } catch (IOException | DnsFormatException e) {
            // The client is done, idle or hostile: the connection ends in each case.
            LOG.atTrace().setCause(e).log("a DNS connection ended");
        } finally {
            connections.release();
        }
    }
}

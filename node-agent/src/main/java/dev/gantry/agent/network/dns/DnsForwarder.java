package dev.gantry.agent.network.dns;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Asks the servers upstream, in their order, each question from a socket and under a number of its
/// own (RFC 5452). Blocks; for virtual threads.
final class DnsForwarder {

    private static final int ROUNDS = 2;
    private static final int TIMEOUT_MILLIS = 2_000;
    private static final int DATAGRAM_MAX = 4_096;

    /// Packets that are not the answer, before we stop listening to that server.
    private static final int STRAYS_MAX = 16;

    private final List<InetSocketAddress> servers;
    private final InstantSource clock;
    private final DnsCache cache = new DnsCache();
    private final SecureRandom random = new SecureRandom();

    DnsForwarder(List<InetSocketAddress> servers, InstantSource clock) {
        this.servers = List.copyOf(servers);
        this.clock = clock;
    }

    /// The answer from the cache.
    Optional<DnsCache.Hit> cached(DnsQuery query) {
        return cache.find(query, clock.instant());
    }

    /// The answer of the first server that has one; empty when none answers in time, or all fail.
    Optional<DnsCache.Hit> ask(DnsQuery query) {
        Optional<DnsResponse> last = Optional.empty();
        for (int round = 0; round < ROUNDS; round++) {
            for (InetSocketAddress server : servers) {
                Optional<DnsResponse> response = ask(query, server);
                if (response.isPresent() && response.get().code() != DnsWire.SERVER_FAILURE) {
                    cache.keep(query, response.get(), clock.instant());
                    return response.map(found -> new DnsCache.Hit(found, 0));
                }
                last = response.isPresent() ? response : last;
            }
        }
        return last.map(found -> new DnsCache.Hit(found, 0));
    }

    private Optional<DnsResponse> ask(DnsQuery query, InetSocketAddress server) {
        try {
            Optional<DnsResponse> response = byDatagram(query, server);
            return response.isPresent() && response.get().truncated()
                    ? byStream(query, server)
                    : response;
        } catch (IOException | DnsFormatException e) {
            // Unreachable, too late or no DNS: the next server's turn.
            return Optional.empty();
        }
    }

    private Optional<DnsResponse> byDatagram(DnsQuery query, InetSocketAddress server)
            throws IOException {
        int number = random.nextInt(1 << 16);
        byte[] question = query.toServer(number);
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(server);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.send(new DatagramPacket(question, question.length));
            DatagramPacket packet = new DatagramPacket(new byte[DATAGRAM_MAX], DATAGRAM_MAX);
            for (int i = 0; i < STRAYS_MAX; i++) {
                packet.setLength(DATAGRAM_MAX);
                socket.receive(packet);
                byte[] bytes = Arrays.copyOf(packet.getData(), packet.getLength());
                try {
                    return Optional.of(DnsResponse.parse(bytes, number, query));
                } catch (DnsFormatException e) {
                    // Somebody guesses, or an answer to an older question: wait on.
                }
            }
        }
        return Optional.empty();
    }

    private Optional<DnsResponse> byStream(DnsQuery query, InetSocketAddress server)
            throws IOException, DnsFormatException {
        int number = random.nextInt(1 << 16);
        byte[] question = query.toServer(number);
        try (Socket socket = new Socket()) {
            socket.connect(server, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            ByteBuffer framed = ByteBuffer.allocate(2 + question.length);
            socket.getOutputStream()
                    .write(framed.putShort((short) question.length).put(question).array());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] bytes = new byte[in.readUnsignedShort()];
            in.readFully(bytes);
            return Optional.of(DnsResponse.parse(bytes, number, query));
        }
    }
}

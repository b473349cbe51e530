package dev.gantry.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// Which of its addresses a node is known by.
final class NodeAddresses {
    private static final InetSocketAddress ELSEWHERE = new InetSocketAddress("192.0.2.1", 9);

    private NodeAddresses() {}

    /// The address that packets to the server leave from; when the server is on this host, the one
    /// that leads outward.
    static String toward(String server) {
        int colon = server.lastIndexOf(':');
        var target =
                new InetSocketAddress(
                        server.substring(0, colon), Integer.parseInt(server.substring(colon + 1)));
        var address = source(target);
        return address.isLoopbackAddress() || address.isAnyLocalAddress()
                ? outward().getHostAddress()
                : address.getHostAddress();
    }

    private static InetAddress outward() {
        try {
            return source(ELSEWHERE);
        } catch (UncheckedIOException e) {
            return InetAddress.getLoopbackAddress();
        }
    }

    /// Connecting a datagram socket sends nothing: it only asks the routing table.
    private static InetAddress source(InetSocketAddress target) {
        try (var socket = new DatagramSocket()) {
            socket.connect(target);
            return socket.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException("no route to " + target, e);
        }
    }
}

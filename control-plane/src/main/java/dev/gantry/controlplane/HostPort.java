package dev.gantry.controlplane;

import java.net.InetSocketAddress;
import java.util.Optional;

/// A host name or address, and a port from 0 (any free one) to 65535.
public record HostPort(String host, int port) {
    private static final int PORT_MAX = 65_535;

    /// Reads `HOST:PORT` or `[V6]:PORT`; empty when the text is neither.
    static Optional<HostPort> parse(String text) {
        var colon = text.lastIndexOf(':');
        if (colon <= 0 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        var port = Integer.parseInt(text.substring(colon + 1));
        var host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            return Optional.empty();
        }
        return port > PORT_MAX || host.isEmpty()
                ? Optional.empty()
                : Optional.of(new HostPort(host, port));
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}

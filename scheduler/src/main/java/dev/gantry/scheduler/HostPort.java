package dev.gantry.scheduler;

/// A port of the node that a container wants for itself.
///
/// @param address empty or `0.0.0.0`: every address of the node
/// @param protocol TCP, UDP or SCTP
/// @param port 1 to 65535
public record HostPort(String address, String protocol, int port) {

    private static final String ANY = "0.0.0.0";

    public HostPort {
        address = address.isEmpty() ? ANY : address;
    }

    /// Whether both cannot be had on one node.
    public boolean clashesWith(HostPort other) {
        return port == other.port
                && protocol.equals(other.protocol)
                && (address.equals(other.address)
                        || address.equals(ANY)
                        || other.address.equals(ANY));
    }
}

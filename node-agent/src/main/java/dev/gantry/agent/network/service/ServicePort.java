package dev.gantry.agent.network.service;

/// Where clients knock: one port of a ClusterIP.
///
/// @param address a ClusterIP, dotted
/// @param protocol `tcp`, `udp` or `sctp`
record ServicePort(String address, String protocol, int port) implements Comparable<ServicePort> {

    /// The chain that translates for this port; the name says for whom.
    String chain() {
        return "s-" + address + "-" + protocol + "-" + port;
    }

    /// The key of the map `services`.
    String element() {
        return address + " . " + protocol + " . " + port;
    }

    @Override
    public int compareTo(ServicePort other) {
        return chain().compareTo(other.chain());
    }
}

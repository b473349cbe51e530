package dev.gantry.agent.network;

/// A port of the node that leads to a port of one pod.
///
/// @param protocol `tcp`, `udp` or `sctp`
/// @param hostPort 1 to 65,535
/// @param containerPort 1 to 65,535
public record HostPort(String protocol, int hostPort, int containerPort) {

    public HostPort {
        if (!protocol.equals("tcp") && !protocol.equals("udp") && !protocol.equals("sctp")) {
            throw new IllegalArgumentException("protocol " + protocol);
        }
        if (hostPort < 1 || hostPort > 65_535 || containerPort < 1 || containerPort > 65_535) {
            throw new IllegalArgumentException("port out of range");
        }
    }
}

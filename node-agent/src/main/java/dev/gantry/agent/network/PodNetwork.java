package dev.gantry.agent.network;

import dev.gantry.agent.container.Sandbox;
import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;

/// The node's side of the pod network. Safe for use by many threads.
public final class PodNetwork implements AutoCloseable {

    private final NetworkConfig config;

    public PodNetwork(NetworkConfig config) {
        this.config = config;
    }

    public NetworkConfig config() {
        return config;
    }

    /// Makes or adopts what all pods share: forwarding, the service link, routes, the nftables
    /// table. Safe to repeat.
    public void setup() {}

    /// Removes everything that carries this agent's names: links, routes, the nftables table.
    public void teardown() {}

    /// The address of a sandbox; empty for one in the host's network.
    public Optional<Inet4Address> address(Sandbox sandbox) {
        return Optional.empty();
    }

    /// Leads ports of the node to ports of a sandbox; replaces what it had published before.
    ///
    /// @throws NetworkException when another sandbox has one of the ports
    public void publish(Sandbox sandbox, List<HostPort> ports) {}

    /// What stands in the network's way on this host, each in words for an operator: empty is good.
    public List<String> diagnose() {
        return List.of();
    }

    /// Closes sockets; links, routes and rules stay.
    @Override
    public void close() {}
}

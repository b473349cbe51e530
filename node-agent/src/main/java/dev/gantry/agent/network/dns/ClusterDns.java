package dev.gantry.agent.network.dns;

import dev.gantry.api.core.v1.Service;
import dev.gantry.api.discovery.v1.EndpointSlice;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;

/// The name server for containers.
public final class ClusterDns implements AutoCloseable {

    private final Inet4Address address;

    /// @param address where it listens, on port 53; a PodNetwork that is set up has put it on a
    ///   link
    /// @param clusterDomain e.g. `cluster.local`
    /// @param upstream the servers for all other names: see [ResolvConf#upstream]
    public ClusterDns(
            Inet4Address address, String clusterDomain, List<InetSocketAddress> upstream) {
        this.address = address;
    }

    /// Replaces what is answered; any thread.
    public void update(Collection<Service> services, Collection<EndpointSlice> slices) {}

    /// Binds and serves.
    public void start() {
        if (address.isAnyLocalAddress()) {
            throw new IllegalStateException("cluster DNS is never open to the outside");
        }
    }

    @Override
    public void close() {}
}

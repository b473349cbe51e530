package dev.gantry.agent.network.service;

import dev.gantry.api.core.v1.Service;
import dev.gantry.api.core.v1.ServicePort;
import dev.gantry.api.core.v1.ServiceSpec;
import dev.gantry.api.discovery.v1.Endpoint;
import dev.gantry.api.discovery.v1.EndpointConditions;
import dev.gantry.api.discovery.v1.EndpointPort;
import dev.gantry.api.discovery.v1.EndpointSlice;
import dev.gantry.api.meta.v1.ObjectMeta;

/// Services and slices for tests, in the namespace `default`.
public final class Objects {

    private Objects() {}

    public static Service service(String name, String address, String protocol, int port) {
        return Service.newBuilder()
                .setMetadata(ObjectMeta.newBuilder().setNamespace("default").setName(name))
                .setSpec(
                        ServiceSpec.newBuilder()
                                .setClusterIP(address)
                                .setType("ClusterIP")
                                .addPorts(
                                        ServicePort.newBuilder()
                                                .setName("web")
                                                .setProtocol(protocol)
                                                .setPort(port)))
                .build();
    }

    /// A slice whose endpoints are all ready.
    public static EndpointSlice slice(
            String service, String protocol, int port, String... addresses) {
        EndpointSlice.Builder slice =
                EndpointSlice.newBuilder()
                        .setMetadata(
                                ObjectMeta.newBuilder()
                                        .setNamespace("default")
                                        .setName(service + "-1")
                                        .putLabels(ServicePlanner.SERVICE_LABEL, service))
                        .setAddressType("IPv4")
                        .addPorts(
                                EndpointPort.newBuilder()
                                        .setName("web")
                                        .setProtocol(protocol)
                                        .setPort(port));
        for (String address : addresses) {
            slice.addEndpoints(endpoint(address, true));
        }
        return slice.build();
    }

    public static Endpoint endpoint(String address, boolean ready) {
        return Endpoint.newBuilder()
                .addAddresses(address)
                .setConditions(EndpointConditions.newBuilder().setReady(ready))
                .build();
    }
}

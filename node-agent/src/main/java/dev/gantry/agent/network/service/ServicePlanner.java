package dev.gantry.agent.network.service;

import dev.gantry.agent.network.Cidr;
import dev.gantry.agent.network.service.Backends.Backend;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.discovery.v1.Endpoint;
import dev.gantry.api.discovery.v1.EndpointPort;
import dev.gantry.api.discovery.v1.EndpointSlice;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// From Services and EndpointSlices to who answers where. Pure. What is not an IPv4 address or a
/// port never leaves here, so the rules' text can be trusted.
final class ServicePlanner {

    static final String SERVICE_LABEL = "kubernetes.io/service-name";

    /// Endpoints of one Service port: as many as a slice's bound times ten; more are left out.
    private static final int BACKENDS_MAX = 1_000;

    private final Cidr services;

    /// @param services ClusterIPs outside of it are ignored: a Service must not take over others'
    ///   traffic
    ServicePlanner(Cidr services) {
        this.services = services;
    }

    SortedMap<ServicePort, Backends> plan(
            Collection<Service> all, Collection<EndpointSlice> slices) {
        SortedMap<String, List<EndpointSlice>> bySlice = new TreeMap<>();
        for (EndpointSlice slice : slices) {
            String name = slice.getMetadata().getLabelsOrDefault(SERVICE_LABEL, "");
            if (!name.isEmpty() && slice.getAddressType().equals("IPv4")) {
                bySlice.computeIfAbsent(
                                slice.getMetadata().getNamespace() + "/" + name,
                                key -> new ArrayList<>())
                        .add(slice);
            }
        }
        SortedMap<ServicePort, Backends> plan = new TreeMap<>();
        for (Service service : all) {
            Optional<Inet4Address> address = clusterAddress(service);
            if (address.isPresent()) {
                String key =
                        service.getMetadata().getNamespace()
                                + "/"
                                + service.getMetadata().getName();
                add(plan, service, address.get(), bySlice.getOrDefault(key, List.of()));
            }
        }
        return plan;
    }

    private Optional<Inet4Address> clusterAddress(Service service) {
        if (service.getSpec().getType().equals("ExternalName")) {
            return Optional.empty();
        }
        return address(service.getSpec().getClusterIP()).filter(services::contains);
    }

    private static void add(
            SortedMap<ServicePort, Backends> plan,
            Service service,
            Inet4Address address,
            List<EndpointSlice> slices) {
        boolean sticky = service.getSpec().getSessionAffinity().equals("ClientIP");
        for (dev.gantry.api.core.v1.ServicePort port : service.getSpec().getPortsList()) {
            Optional<String> protocol = protocol(port.getProtocol());
            SortedSet<Backend> backends = new TreeSet<>();
            for (EndpointSlice slice : slices) {
                collect(backends, slice, port);
            }
            if (protocol.isPresent() && isPort(port.getPort()) && !backends.isEmpty()) {
                plan.put(
                        new ServicePort(address.getHostAddress(), protocol.get(), port.getPort()),
                        new Backends(backends.stream().limit(BACKENDS_MAX).toList(), sticky));
            }
        }
    }

    private static void collect(
            SortedSet<Backend> backends,
            EndpointSlice slice,
            dev.gantry.api.core.v1.ServicePort port) {
        for (EndpointPort candidate : slice.getPortsList()) {
            boolean same =
                    candidate.getName().equals(port.getName())
                            && protocol(candidate.getProtocol())
                                    .equals(protocol(port.getProtocol()))
                            && isPort(candidate.getPort());
            if (!same) {
                continue;
            }
            for (Endpoint endpoint : slice.getEndpointsList()) {
                if (isReady(endpoint) && endpoint.getAddressesCount() > 0) {
                    address(endpoint.getAddresses(0))
                            .filter(ServicePlanner::mayAnswer)
                            .map(found -> new Backend(found.getHostAddress(), candidate.getPort()))
                            .ifPresent(backends::add);
                }
            }
        }
    }

    /// Absent means ready (discovery/v1 EndpointConditions).
    private static boolean isReady(Endpoint endpoint) {
        return !endpoint.getConditions().hasReady() || endpoint.getConditions().getReady();
    }

    /// A slice must not lead to the node's own loopback or link-local addresses (CVE-2021-25737).
    private static boolean mayAnswer(Inet4Address address) {
        return !address.isLoopbackAddress()
                && !address.isLinkLocalAddress()
                && !address.isMulticastAddress()
                && !address.isAnyLocalAddress();
    }

    private static boolean isPort(int port) {
        return port >= 1 && port <= 65_535;
    }

    private static Optional<String> protocol(String name) {
        return switch (name) {
            case "", "TCP" -> Optional.of("tcp");
            case "UDP", "SCTP" -> Optional.of(name.toLowerCase(Locale.ROOT));
            default -> Optional.empty();
        };
    }

    private static Optional<Inet4Address> address(String text) {
        try {
            return Optional.of(Cidr.address(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

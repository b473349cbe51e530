package dev.gantry.agent.network.dns;

import dev.gantry.agent.network.Cidr;
import dev.gantry.agent.network.dns.DnsRecord.Alias;
import dev.gantry.agent.network.dns.DnsRecord.Host;
import dev.gantry.agent.network.dns.DnsRecord.Location;
import dev.gantry.agent.network.dns.DnsRecord.Pointer;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.core.v1.ServicePort;
import dev.gantry.api.discovery.v1.Endpoint;
import dev.gantry.api.discovery.v1.EndpointPort;
import dev.gantry.api.discovery.v1.EndpointSlice;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// From Services and EndpointSlices to the cluster's zone. Pure.
final class ClusterZoneBuilder {

    private static final String SERVICE_LABEL = "kubernetes.io/service-name";

    /// What can be a label of a name here (RFC 1123); anything else gets no name.
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private final String domain;
    private final List<Cidr> ranges;
    private final Map<String, List<DnsRecord>> records = new HashMap<>();
    private final Set<String> existing = new HashSet<>();

    ClusterZoneBuilder(String domain, List<Cidr> ranges) {
        this.domain = domain;
        this.ranges = ranges;
        exists("svc." + domain);
        exists("pod." + domain);
    }

    ClusterZone build(Collection<Service> services, Collection<EndpointSlice> slices) {
        Map<String, List<EndpointSlice>> byService = new HashMap<>();
        for (EndpointSlice slice : slices) {
            String name = slice.getMetadata().getLabelsOrDefault(SERVICE_LABEL, "");
            if (slice.getAddressType().equals("IPv4")) {
                byService
                        .computeIfAbsent(
                                slice.getMetadata().getNamespace() + "/" + name,
                                key -> new ArrayList<>())
                        .add(slice);
            }
        }
        for (Service service : services) {
            String namespace = service.getMetadata().getNamespace();
            String name = service.getMetadata().getName();
            if (LABEL.matcher(namespace).matches() && LABEL.matcher(name).matches()) {
                String full = name + "." + namespace + ".svc." + domain;
                exists(namespace + ".svc." + domain);
                exists(namespace + ".pod." + domain);
                add(service, full, byService.getOrDefault(namespace + "/" + name, List.of()));
            }
        }
        return new ClusterZone(domain, ranges, records, existing);
    }

    private void add(Service service, String name, List<EndpointSlice> slices) {
        if (service.getSpec().getType().equals("ExternalName")) {
            String target = service.getSpec().getExternalName().toLowerCase(Locale.ROOT);
            if (isName(target)) {
                record(new Alias(name, target));
            }
            return;
        }
        Optional<Inet4Address> address = address(service.getSpec().getClusterIP());
        if (address.isPresent()) {
            record(new Host(name, address.get()));
            record(new Pointer(ClusterZone.reverseName(address.get()), name));
            for (ServicePort port : service.getSpec().getPortsList()) {
                location(name, port.getName(), port.getProtocol(), port.getPort(), name);
            }
            return;
        }
        if (service.getSpec().getClusterIP().equals("None")) {
            exists(name);
            for (EndpointSlice slice : slices) {
                addHeadless(slice, name);
            }
        }
    }

    private void addHeadless(EndpointSlice slice, String name) {
        for (Endpoint endpoint : slice.getEndpointsList()) {
            boolean ready =
                    !endpoint.getConditions().hasReady() || endpoint.getConditions().getReady();
            Optional<Inet4Address> address =
                    endpoint.getAddressesCount() == 0
                            ? Optional.empty()
                            : address(endpoint.getAddresses(0));
            if (!ready || address.isEmpty()) {
                continue;
            }
            boolean named = LABEL.matcher(endpoint.getHostname()).matches();
            String label =
                    named
                            ? endpoint.getHostname()
                            : address.get().getHostAddress().replace('.', '-');
            String host = label + "." + name;
            record(new Host(name, address.get()));
            record(new Host(host, address.get()));
            if (named) {
                record(new Pointer(ClusterZone.reverseName(address.get()), host));
            }
            for (EndpointPort port : slice.getPortsList()) {
                location(name, port.getName(), port.getProtocol(), port.getPort(), host);
            }
        }
    }

    /// `_web._tcp.NAME`, for ports that have a name.
    private void location(String name, String port, String protocol, int number, String target) {
        if (!LABEL.matcher(port).matches()) {
            return;
        }
        String transport =
                switch (protocol) {
                    case "", "TCP" -> "_tcp";
                    case "UDP" -> "_udp";
                    default -> "_sctp";
                };
        exists(transport + "." + name);
        record(new Location("_" + port + "." + transport + "." + name, number, target));
    }

    private void record(DnsRecord record) {
        List<DnsRecord> all = records.computeIfAbsent(record.name(), key -> new ArrayList<>());
        if (!all.contains(record)) {
            all.add(record);
        }
    }

    private void exists(String name) {
        existing.add(name);
    }

    private static boolean isName(String name) {
        if (name.length() > 253) {
            return false;
        }
        for (String label : name.split("\\.", -1)) {
            if (!LABEL.matcher(label).matches()) {
                return false;
            }
        }
        return true;
    }

    private static Optional<Inet4Address> address(String text) {
        try {
            return Optional.of(Cidr.address(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

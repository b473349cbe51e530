package dev.gantry.api.table;

import dev.gantry.api.core.v1.Service;
import dev.gantry.api.core.v1.ServicePort;
import dev.gantry.api.core.v1.ServiceSpec;
import dev.gantry.api.discovery.v1.EndpointSlice;
import dev.gantry.api.selector.Selectors;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/// The lines of Services and of what stands behind them.
final class ServiceRow {
    private static final String NONE = "<none>";
    private static final int SHOWN_MAX = 3;

    private ServiceRow() {}

    static List<String> of(Service service, Instant now) {
        ServiceSpec spec = service.getSpec();
        return List.of(
                service.getMetadata().getName(),
                spec.getType(),
                spec.getClusterIP().isEmpty() ? NONE : spec.getClusterIP(),
                external(spec),
                ports(spec.getPortsList()),
                Ages.of(service.getMetadata(), now),
                spec.getSelectorCount() == 0
                        ? NONE
                        : Selectors.of(spec.getSelectorMap()).toString());
    }

    private static String external(ServiceSpec spec) {
        if (spec.getType().equals("ExternalName")) {
            return spec.getExternalName();
        }
        if (spec.getExternalIPsCount() > 0) {
            return String.join(",", spec.getExternalIPsList());
        }
        return spec.getType().equals("LoadBalancer") ? "<pending>" : NONE;
    }

    private static String ports(List<ServicePort> ports) {
        String text =
                ports.stream()
                        .map(port ->
                                port.getPort()
                                        + (port.getNodePort() == 0 ? "" : ":" + port.getNodePort())
                                        + "/"
                                        + port.getProtocol())
                        .collect(Collectors.joining(","));
        return text.isEmpty() ? NONE : text;
    }

    static List<String> of(EndpointSlice slice, Instant now) {
        List<String> ports =
                slice.getPortsList().stream()
                        .map(port -> port.hasPort() ? Integer.toString(port.getPort()) : "*")
                        .toList();
        List<String> addresses =
                slice.getEndpointsList().stream()
                        .flatMap(endpoint -> endpoint.getAddressesList().stream())
                        .toList();
        return List.of(
                slice.getMetadata().getName(),
                slice.getAddressType(),
                some(ports, "<unset>"),
                some(addresses, "<unset>"),
                Ages.of(slice.getMetadata(), now));
    }

    private static String some(List<String> all, String none) {
        if (all.isEmpty()) {
            return none;
        }
        String shown = String.join(",", all.subList(0, Math.min(all.size(), SHOWN_MAX)));
        return all.size() > SHOWN_MAX
                ? shown + " + " + (all.size() - SHOWN_MAX) + " more..."
                : shown;
    }
}

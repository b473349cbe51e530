package dev.gantry.api.validation;

import dev.gantry.api.core.v1.Service;
import dev.gantry.api.core.v1.ServicePort;
import dev.gantry.api.core.v1.ServiceSpec;
import dev.gantry.api.discovery.v1.EndpointSlice;
import dev.gantry.api.intstr.IntOrString;
import dev.gantry.api.quantity.IntOrStrings;
import java.util.HashSet;
import java.util.Set;

/// Rules for Services and EndpointSlices.
final class ServiceRules {
    private static final int ENDPOINTS_MAX = 1000;
    private static final int CLIENT_IP_SECONDS_MAX = 86_400;

    private ServiceRules() {}

    static void check(Service service, Findings found) {
        ServiceSpec spec = service.getSpec();
        boolean headless = spec.getClusterIP().equals("None");
        boolean external = spec.getType().equals("ExternalName");
        found.oneOf(
                "spec.type",
                spec.getType(),
                "ClusterIP",
                "NodePort",
                "LoadBalancer",
                "ExternalName");
        if (spec.getPortsCount() == 0 && !headless && !external) {
            found.required("spec.ports");
        }
        if (external && spec.getExternalName().isEmpty()) {
            found.required("spec.externalName");
        }
        if (headless
                && (spec.getType().equals("NodePort") || spec.getType().equals("LoadBalancer"))) {
            found.invalid(
                    "spec.clusterIP",
                    "None",
                    "may not be set to 'None' for " + spec.getType() + " services");
        } else if (!headless && !spec.getClusterIP().isEmpty()) {
            found.syntax("spec.clusterIP", spec.getClusterIP(), Names.address(spec.getClusterIP()));
        }
        ports(spec, found);
        MetaRules.labels(spec.getSelectorMap(), "spec.selector", found);
        affinity(spec, found);
        for (int i = 0; i < spec.getExternalIPsCount(); i++) {
            found.syntax(
                    "spec.externalIPs[" + i + "]",
                    spec.getExternalIPs(i),
                    Names.address(spec.getExternalIPs(i)));
        }
    }

    private static void affinity(ServiceSpec spec, Findings found) {
        found.oneOf("spec.sessionAffinity", spec.getSessionAffinity(), "ClientIP", "None");
        if (spec.getSessionAffinity().equals("ClientIP")) {
            int seconds = spec.getSessionAffinityConfig().getClientIP().getTimeoutSeconds();
            if (seconds < 1 || seconds > CLIENT_IP_SECONDS_MAX) {
                found.invalid(
                        "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
                        seconds,
                        "must be greater than 0 and less than 86400");
            }
        }
    }

    private static void ports(ServiceSpec spec, Findings found) {
        Set<String> names = new HashSet<>();
        Set<String> numbers = new HashSet<>();
        for (int i = 0; i < spec.getPortsCount(); i++) {
            ServicePort port = spec.getPorts(i);
            String path = "spec.ports[" + i + "]";
            if (port.getName().isEmpty()) {
                if (spec.getPortsCount() > 1) {
                    found.required(path + ".name");
                }
            } else {
                found.syntax(path + ".name", port.getName(), Names.dns1123Label(port.getName()));
                if (!names.add(port.getName())) {
                    found.duplicate(path + ".name", port.getName());
                }
            }
            found.syntax(path + ".port", port.getPort(), Names.port(port.getPort()));
            found.oneOf(path + ".protocol", port.getProtocol(), "SCTP", "TCP", "UDP");
            target(port.getTargetPort(), path + ".targetPort", found);
            if (!numbers.add(port.getProtocol() + port.getPort())) {
                found.duplicate(path, port.getProtocol() + "/" + port.getPort());
            }
            if (spec.getType().equals("ClusterIP") && port.getNodePort() != 0) {
                found.forbidden(path + ".nodePort", "may not be used when `type` is 'ClusterIP'");
            }
        }
    }

    static void target(IntOrString port, String path, Findings found) {
        found.syntax(
                path,
                IntOrStrings.text(port),
                IntOrStrings.isString(port)
                        ? Names.portName(port.getStrVal())
                        : Names.port(port.getIntVal()));
    }

    static void slice(EndpointSlice slice, Findings found) {
        found.oneOf("addressType", slice.getAddressType(), "FQDN", "IPv4", "IPv6");
        if (slice.getEndpointsCount() > ENDPOINTS_MAX) {
            found.add(
                    "endpoints",
                    Violation.Reason.TOO_LONG,
                    "Too many: must have at most 1000 items");
        }
        for (int i = 0; i < slice.getEndpointsCount(); i++) {
            String path = "endpoints[" + i + "].addresses";
            if (slice.getEndpoints(i).getAddressesCount() == 0) {
                found.required(path, "must contain at least 1 address");
            }
            for (int j = 0; j < slice.getEndpoints(i).getAddressesCount(); j++) {
                String address = slice.getEndpoints(i).getAddresses(j);
                boolean name = slice.getAddressType().equals("FQDN");
                found.syntax(
                        path + "[" + j + "]",
                        address,
                        name ? Names.dns1123Subdomain(address) : Names.address(address));
            }
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < slice.getPortsCount(); i++) {
            String path = "ports[" + i + "]";
            if (!names.add(slice.getPorts(i).getName())) {
                found.duplicate(path + ".name", slice.getPorts(i).getName());
            }
            found.oneOf(path + ".protocol", slice.getPorts(i).getProtocol(), "SCTP", "TCP", "UDP");
        }
    }
}

package dev.gantry.api.defaulting;

import dev.gantry.api.core.v1.Service;
import dev.gantry.api.core.v1.ServicePort;
import dev.gantry.api.core.v1.ServiceSpec;
import dev.gantry.api.quantity.IntOrStrings;

/// Defaults of Services (k8s.io/kubernetes/pkg/apis/core/v1/defaults.go).
final class ServiceDefaults {
    private static final int CLIENT_IP_SECONDS = 10_800;

    private ServiceDefaults() {}

    static Service apply(Service service) {
        Service.Builder builder = service.toBuilder();
        ServiceSpec.Builder spec = builder.getSpecBuilder();
        if (spec.getSessionAffinity().isEmpty()) {
            spec.setSessionAffinity("None");
        }
        if (spec.getSessionAffinity().equals("ClientIP")
                && !spec.getSessionAffinityConfig().getClientIP().hasTimeoutSeconds()) {
            spec.getSessionAffinityConfigBuilder()
                    .getClientIPBuilder()
                    .setTimeoutSeconds(CLIENT_IP_SECONDS);
        }
        if (spec.getType().isEmpty()) {
            spec.setType("ClusterIP");
        }
        spec.getPortsBuilderList().forEach(ServiceDefaults::port);
        boolean external =
                spec.getType().equals("NodePort") || spec.getType().equals("LoadBalancer");
        if (external && spec.getExternalTrafficPolicy().isEmpty()) {
            spec.setExternalTrafficPolicy("Cluster");
        }
        if (!spec.getType().equals("ExternalName") && !spec.hasInternalTrafficPolicy()) {
            spec.setInternalTrafficPolicy("Cluster");
        }
        return builder.build();
    }

    private static void port(ServicePort.Builder port) {
        if (port.getProtocol().isEmpty()) {
            port.setProtocol("TCP");
        }
        if (!port.hasTargetPort() && port.getPort() != 0) {
            port.setTargetPort(IntOrStrings.of(port.getPort()));
        }
    }
}

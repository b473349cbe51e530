package dev.gantry.agent.pod;

import dev.gantry.agent.network.HostPort;
import dev.gantry.api.core.v1.ContainerPort;
import java.util.Locale;

/// A container's port as the network publishes it.
final class HostPorts {
    private HostPorts() {}

    static HostPort of(ContainerPort port) {
        var protocol = port.getProtocol().isEmpty() ? "TCP" : port.getProtocol();
        return new HostPort(
                protocol.toLowerCase(Locale.ROOT), port.getHostPort(), port.getContainerPort());
    }
}

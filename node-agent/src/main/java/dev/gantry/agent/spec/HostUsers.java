package dev.gantry.agent.spec;

import dev.gantry.agent.facts.ConfigException;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.Pod;
import java.util.ArrayList;

/// Whether a pod uses the host's users: what shares more with the host implies it, and contradicts
/// an explicit `false`.
public final class HostUsers {
    private HostUsers() {}

    /// @throws ConfigException when the pod asks for its own users and for something that excludes
    ///   them
    public static boolean of(Pod pod) {
        var spec = pod.getSpec();
        var implied = new ArrayList<String>();
        if (spec.getHostNetwork()) {
            implied.add("hostNetwork");
        }
        if (spec.getHostPID()) {
            implied.add("hostPID");
        }
        if (spec.getHostIPC()) {
            implied.add("hostIPC");
        }
        boolean privileged =
                spec.getContainersList().stream().anyMatch(HostUsers::privileged)
                        || spec.getInitContainersList().stream().anyMatch(HostUsers::privileged);
        if (privileged) {
            implied.add("privileged");
        }
        if (spec.hasHostUsers() && !spec.getHostUsers() && !implied.isEmpty()) {
            throw new ConfigException(
                    "spec.hostUsers: false does not go together with "
                            + String.join(", ", implied));
        }
        return spec.getHostUsers() || !implied.isEmpty();
    }

    private static boolean privileged(Container container) {
        return container.getSecurityContext().getPrivileged();
    }
}

package dev.gantry.agent.container;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// How the namespaces of a sandbox are made.
///
/// @param ids the pod's ids; null makes no user namespace, which host network and host IPC need
/// @param hostname set in the new UTS namespace; empty keeps the host's
/// @param sysctls written inside the new namespaces, such as `net.ipv4.ip_unprivileged_port_start`
public record SandboxOptions(
        @Nullable IdRange ids,
        boolean hostNetwork,
        boolean hostIpc,
        String hostname,
        SequencedMap<String, String> sysctls) {

    public SandboxOptions {
        if (ids != null && (hostNetwork || hostIpc)) {
            throw new IllegalArgumentException(
                    "a pod in the host's network or IPC namespace uses the host's users");
        }
        sysctls = new LinkedHashMap<>(sysctls);
    }

    /// Namespaces of its own, with these ids.
    public static SandboxOptions isolated(IdRange ids, String hostname) {
        return new SandboxOptions(ids, false, false, hostname, new LinkedHashMap<>());
    }

    /// These options with a sysctl more.
    public SandboxOptions withSysctls(Map<String, String> more) {
        var merged = new LinkedHashMap<>(sysctls);
        merged.putAll(more);
        return new SandboxOptions(ids, hostNetwork, hostIpc, hostname, merged);
    }
}

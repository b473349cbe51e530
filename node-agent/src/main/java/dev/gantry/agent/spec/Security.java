package dev.gantry.agent.spec;

import dev.gantry.agent.container.Capabilities;
import dev.gantry.agent.container.Confinement;
import dev.gantry.agent.container.SeccompChoice;
import dev.gantry.agent.facts.ConfigException;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.PodSecurityContext;
import dev.gantry.api.core.v1.SeccompProfile;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/// What a container may do, from the security contexts of pod and container.
public final class Security {
    /// Sysctls that touch nothing outside the pod (Kubernetes' safe set).
    private static final Set<String> SAFE_SYSCTLS =
            new LinkedHashSet<>(
                    List.of(
                            "kernel.shm_rmid_forced",
                            "net.ipv4.ip_local_port_range",
                            "net.ipv4.tcp_syncookies",
                            "net.ipv4.ping_group_range",
                            "net.ipv4.ip_unprivileged_port_start",
                            "net.ipv4.ip_local_reserved_ports",
                            "net.ipv4.tcp_keepalive_time",
                            "net.ipv4.tcp_fin_timeout",
                            "net.ipv4.tcp_keepalive_intvl",
                            "net.ipv4.tcp_keepalive_probes",
                            "net.ipv4.tcp_rmem",
                            "net.ipv4.tcp_wmem"));

    private Security() {}

    /// @throws ConfigException for a capability that does not exist, or a profile that this node
    ///   does not have
    public static Confinement of(PodSecurityContext pod, Container container) {
        var own = container.getSecurityContext();
        boolean noGain = own.hasAllowPrivilegeEscalation() && !own.getAllowPrivilegeEscalation();
        if (own.getPrivileged()) {
            return Confinement.unconfined();
        }
        var profile = own.hasSeccompProfile() ? own.getSeccompProfile() : pod.getSeccompProfile();
        var base = Confinement.defaults();
        var confinement = base.with(capabilities(container), seccomp(profile), noGain);
        if (own.getProcMount().equals("Unmasked")) {
            return new Confinement(
                    confinement.capabilities(),
                    confinement.seccomp(),
                    noGain,
                    List.of(),
                    List.of(),
                    List.of(),
                    false);
        }
        return confinement;
    }

    private static SeccompChoice seccomp(SeccompProfile profile) {
        return switch (profile.getType()) {
            case "", "RuntimeDefault" -> SeccompChoice.RUNTIME_DEFAULT;
            case "Unconfined" -> SeccompChoice.UNCONFINED;
            default ->
                    throw new ConfigException(
                            "seccompProfile of type %s is not supported: use RuntimeDefault or"
                                            .formatted(profile.getType())
                                    + " Unconfined");
        };
    }

    private static List<String> capabilities(Container container) {
        var asked = container.getSecurityContext().getCapabilities();
        var kept = new LinkedHashSet<>(Capabilities.DEFAULT);
        var added = asked.getAddList().stream().map(Security::known).toList();
        var dropped = asked.getDropList().stream().map(Security::known).toList();
        if (dropped.contains("ALL")) {
            kept.clear();
        }
        if (added.contains("ALL")) {
            kept.addAll(Capabilities.ALL);
        }
        added.stream().filter(c -> !c.equals("ALL")).forEach(kept::add);
        dropped.forEach(kept::remove);
        return List.copyOf(kept);
    }

    private static String known(String name) {
        var plain = Capabilities.plain(name);
        if (!plain.equals("ALL") && !Capabilities.ALL.contains(plain)) {
            throw new ConfigException("no capability is named " + name);
        }
        return plain;
    }

    /// The pod's sysctls.
    ///
    /// @throws ConfigException for one that is not the pod's alone
    public static SequencedMap<String, String> sysctls(PodSecurityContext pod) {
        var result = new LinkedHashMap<String, String>();
        for (var sysctl : pod.getSysctlsList()) {
            var name = sysctl.getName().replace('/', '.');
            if (!SAFE_SYSCTLS.contains(name)) {
                throw new ConfigException("forbidden sysctl: \"%s\" not allowed".formatted(name));
            }
            result.put(name, sysctl.getValue());
        }
        return result;
    }
}

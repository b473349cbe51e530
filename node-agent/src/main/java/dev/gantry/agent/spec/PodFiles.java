package dev.gantry.agent.spec;

import dev.gantry.api.core.v1.Pod;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/// The texts of the files that every container finds in `/etc`: hosts, hostname, resolv.conf. Pure.
public final class PodFiles {
    private static final int HOSTNAME_MAX = 63;
    private static final String NDOTS = "options ndots:5";

    private PodFiles() {}

    /// The pod's host name: its own, or its name cut to what the kernel takes.
    public static String hostname(Pod pod) {
        var spec = pod.getSpec();
        var name = spec.getHostname().isEmpty() ? pod.getMetadata().getName() : spec.getHostname();
        var cut = name.length() > HOSTNAME_MAX ? name.substring(0, HOSTNAME_MAX) : name;
        return cut.replaceAll("[-.]+$", "");
    }

    /// `/etc/hosts`.
    public static String hosts(Pod pod, String podIp, String clusterDomain) {
        var text = new StringBuilder("# Written by Gantry for this pod.\n");
        text.append("127.0.0.1\tlocalhost\n");
        text.append("::1\tlocalhost ip6-localhost ip6-loopback\n");
        text.append("fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\n");
        text.append("fe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
        var name = hostname(pod);
        if (!podIp.isEmpty()) {
            var subdomain = pod.getSpec().getSubdomain();
            text.append(podIp).append('\t');
            if (!subdomain.isEmpty()) {
                text.append(
                        "%s.%s.%s.svc.%s\t"
                                .formatted(
                                        name,
                                        subdomain,
                                        pod.getMetadata().getNamespace(),
                                        clusterDomain));
            }
            text.append(name).append('\n');
        }
        return text.append(aliases(pod)).toString();
    }

    /// The lines of `hostAliases`, for pods that see the host's own file too.
    public static String aliases(Pod pod) {
        var text = new StringBuilder();
        for (var alias : pod.getSpec().getHostAliasesList()) {
            text.append(alias.getIp())
                    .append('\t')
                    .append(String.join("\t", alias.getHostnamesList()))
                    .append('\n');
        }
        return text.toString();
    }

    /// `/etc/resolv.conf`.
    ///
    /// @param dnsAddress the cluster's DNS; empty where there is none
    /// @param hostConf the node's own file
    public static String resolvConf(
            Pod pod, String dnsAddress, String clusterDomain, String hostConf) {
        var spec = pod.getSpec();
        var policy = spec.getDnsPolicy().isEmpty() ? "ClusterFirst" : spec.getDnsPolicy();
        boolean cluster =
                policy.equals("ClusterFirstWithHostNet")
                        || (policy.equals("ClusterFirst") && !spec.getHostNetwork());
        var servers = new ArrayList<String>();
        var searches = new LinkedHashSet<String>();
        var options = new ArrayList<String>();
        if (cluster && !dnsAddress.isEmpty()) {
            servers.add(dnsAddress);
            searches.add(pod.getMetadata().getNamespace() + ".svc." + clusterDomain);
            searches.add("svc." + clusterDomain);
            searches.add(clusterDomain);
            searches.addAll(words(hostConf, "search"));
            options.add(NDOTS.substring("options ".length()));
        } else if (!policy.equals("None")) {
            servers.addAll(words(hostConf, "nameserver"));
            searches.addAll(words(hostConf, "search"));
            options.addAll(words(hostConf, "options"));
        }
        var own = spec.getDnsConfig();
        servers.addAll(own.getNameserversList());
        searches.addAll(own.getSearchesList());
        own.getOptionsList()
                .forEach(o ->
                        options.add(o.hasValue() ? o.getName() + ":" + o.getValue() : o.getName()));
        var text = new StringBuilder();
        servers.stream().distinct().limit(3).forEach(s -> text.append("nameserver " + s + "\n"));
        if (!searches.isEmpty()) {
            text.append("search ").append(String.join(" ", searches)).append('\n');
        }
        if (!options.isEmpty()) {
            text.append("options ").append(String.join(" ", options)).append('\n');
        }
        return text.toString();
    }

    private static List<String> words(String conf, String keyword) {
        var words = new ArrayList<String>();
        for (var line : conf.lines().toList()) {
            var parts = List.of(line.strip().split("\\s+", -1));
            if (parts.getFirst().equals(keyword)) {
                words.addAll(parts.subList(1, parts.size()));
            }
        }
        return words;
    }
}

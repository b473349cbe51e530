package dev.gantry.agent.network;

import java.net.Inet4Address;
import java.nio.file.Path;

/// What the node's network is made from. Two agents on one host differ in `table`, `linkPrefix`,
/// `podCidr`, `dnsAddress` and `sandboxDirectory`.
///
/// @param table the name of the nftables table that holds all of this agent's rules
/// @param linkPrefix starts the names of all links of this agent; 1 to 6 letters or digits
/// @param podCidr this node's part of the cluster's pod range; /30 or larger
/// @param clusterCidr the cluster's pod range: not translated when pods speak to it
/// @param serviceCidr the range of ClusterIPs
/// @param dnsAddress where containers ask for names; in `serviceCidr`
/// @param sandboxDirectory holds one directory for each sandbox
/// @param sandboxes how many sandboxes wait ready, each with namespaces, link and address
/// @param idBase the first host id that a pod's id range may have
/// @param mtu of pod links; 0 to take the one of the link with the default route
public record NetworkConfig(
        String table,
        String linkPrefix,
        Cidr podCidr,
        Cidr clusterCidr,
        Cidr serviceCidr,
        Inet4Address dnsAddress,
        Path sandboxDirectory,
        int sandboxes,
        long idBase,
        int mtu) {

    /// As `SandboxPool` refills in a few milliseconds a piece, a burst of pods sees it as endless.
    public static final int SANDBOXES = 16;

    /// Far above what useradd(8) hands out to users (`SUB_UID_MAX` is 600,100,000).
    public static final long ID_BASE = 1_000_013_824L;

    /// At most this many sandboxes may wait ready.
    static final int SANDBOXES_MAX = 1_000;

    public NetworkConfig {
        if (!linkPrefix.matches("[a-z0-9]{1,6}")) {
            throw new IllegalArgumentException(
                    "link prefix must be 1 to 6 small letters or digits: " + linkPrefix);
        }
        if (!table.matches("[a-z][a-z0-9_]{0,30}")) {
            throw new IllegalArgumentException("not a name for an nftables table: " + table);
        }
        if (podCidr.prefixLength() > 30) {
            throw new IllegalArgumentException(podCidr + " has no room for pods");
        }
        if (sandboxes < 0 || sandboxes > SANDBOXES_MAX) {
            throw new IllegalArgumentException("sandboxes: 0 to " + SANDBOXES_MAX);
        }
    }

    /// The defaults of a cluster, for a node's part of the pod range.
    ///
    /// @param agentDirectory the agent's part of the data directory
    public static NetworkConfig of(Path agentDirectory, Cidr podCidr) {
        return new NetworkConfig(
                "gantry",
                "gantry",
                podCidr,
                Cidr.parse("10.200.0.0/16"),
                Cidr.parse("10.201.0.0/16"),
                Cidr.address("10.201.0.10"),
                agentDirectory.resolve("sandboxes"),
                SANDBOXES,
                ID_BASE,
                0);
    }

    public NetworkConfig withRanges(Cidr cluster, Cidr services, Inet4Address dns) {
        return new NetworkConfig(
                table,
                linkPrefix,
                podCidr,
                cluster,
                services,
                dns,
                sandboxDirectory,
                sandboxes,
                idBase,
                mtu);
    }

    /// The names under which another agent lives on the same host.
    public NetworkConfig withNames(String tableName, String prefix) {
        return new NetworkConfig(
                tableName,
                prefix,
                podCidr,
                clusterCidr,
                serviceCidr,
                dnsAddress,
                sandboxDirectory,
                sandboxes,
                idBase,
                mtu);
    }

    public NetworkConfig withSandboxes(int count) {
        return new NetworkConfig(
                table,
                linkPrefix,
                podCidr,
                clusterCidr,
                serviceCidr,
                dnsAddress,
                sandboxDirectory,
                count,
                idBase,
                mtu);
    }

    public NetworkConfig withIdBase(long base) {
        return new NetworkConfig(
                table,
                linkPrefix,
                podCidr,
                clusterCidr,
                serviceCidr,
                dnsAddress,
                sandboxDirectory,
                sandboxes,
                base,
                mtu);
    }

    /// The address that the host itself speaks to pods from: the second of the node's range.
    public Inet4Address hostAddress() {
        return podCidr.at(1);
    }

    /// The link that carries [#hostAddress] and [#dnsAddress].
    String serviceLink() {
        return linkPrefix + "-svc";
    }

    String serviceLinkPeer() {
        return linkPrefix + "-svp";
    }

    /// The host's end of a sandbox's veth.
    String linkName(String sandboxId) {
        return linkPrefix + "-" + sandboxId;
    }
}

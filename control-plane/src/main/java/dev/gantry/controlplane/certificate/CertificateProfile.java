package dev.gantry.controlplane.certificate;

import java.time.Duration;
import java.util.List;

/// What a certificate says: whom it names (`CN`, `O`), for which host names and addresses it
/// answers (none for clients), what it may be used for, and for how long.
///
/// @param organization the user's group; empty for servers
/// @param hosts DNS names and IP addresses in text form
public record CertificateProfile(
        String commonName, String organization, List<String> hosts, Use use, Duration validity) {

    /// What the holder does with it. An etcd member is server and client to its peers.
    public enum Use {
        CLIENT,
        SERVER,
        BOTH
    }

    /// The group whose members may do everything.
    public static final String ADMINS = "gantry:admins";

    /// The group of the nodes' agents.
    public static final String NODES = "gantry:nodes";

    /// The start of a node's user name; the node's name follows.
    public static final String NODE_USER_PREFIX = "gantry:node:";

    /// Short, because a node's certificate cannot be called back: agents renew at two thirds of it.
    static final Duration NODE_VALIDITY = Duration.ofDays(7);

    /// Renewed by the server itself, at start and daily, in the last third.
    static final Duration HOST_VALIDITY = Duration.ofDays(365);

    public CertificateProfile {
        hosts = List.copyOf(hosts);
    }

    /// The certificate of a node's agent.
    public static CertificateProfile node(String nodeName) {
        return new CertificateProfile(
                NODE_USER_PREFIX + nodeName, NODES, List.of(), Use.CLIENT, NODE_VALIDITY);
    }

    /// The certificate of a person or program with the given user and group name.
    public static CertificateProfile user(String name, String group) {
        return new CertificateProfile(name, group, List.of(), Use.CLIENT, HOST_VALIDITY);
    }

    CertificateProfile withHosts(List<String> other) {
        return new CertificateProfile(commonName, organization, other, use, validity);
    }

    static CertificateProfile server(String name, List<String> hosts, Use use) {
        return new CertificateProfile(name, "", hosts, use, HOST_VALIDITY);
    }
}

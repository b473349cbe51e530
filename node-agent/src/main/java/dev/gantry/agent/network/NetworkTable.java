package dev.gantry.agent.network;

/// The text of the agent's own nftables table: everything that is the same for all pods. Maps and
/// sets keep their elements when it is applied again; base chains are replaced in one transaction.
///
/// A packet to a ClusterIP is translated in the nat hooks by one look-up in the map `services`. One
/// that still has a ClusterIP as its destination when the filter hooks see it has no endpoint, and
/// is rejected: so no list of Services without endpoints is kept.
final class NetworkTable {

    private NetworkTable() {}

    static String create(NetworkConfig config) {
        String table = config.table();
        String pods = '"' + config.linkPrefix() + "-*\"";
        String host = config.hostAddress().getHostAddress();
        String dns = config.dnsAddress().getHostAddress();
        StringBuilder text = new StringBuilder();
        text.append("add table ip ").append(table).append('\n');
        add(
                text,
                "map",
                table,
                "services { type ipv4_addr . inet_proto . inet_service : verdict; }");
        add(
                text,
                "map",
                table,
                "hostports { type inet_proto . inet_service : ipv4_addr . inet_service; }");
        add(text, "set", table, "hairpin { type ipv4_addr . ipv4_addr; }");

        String look = "ip daddr . meta l4proto . th dport vmap @services";
        String port = "fib daddr type local dnat ip to meta l4proto . th dport map @hostports";
        chain(text, table, "prerouting", "nat hook prerouting priority -100", look, port);
        chain(text, table, "output", "nat hook output priority -100", look, port);
        chain(
                text,
                table,
                "postrouting",
                "nat hook postrouting priority 100",
                // A pod that reaches itself must see somebody else's address as the source.
                "ct status dnat ip saddr . ip daddr @hairpin snat to " + host,
                "ip saddr 127.0.0.0/8 oifname " + pods + " snat to " + host,
                "ip saddr "
                        + config.podCidr()
                        + " ip daddr != { "
                        + config.clusterCidr()
                        + ", "
                        + config.serviceCidr()
                        + " } oifname != "
                        + pods
                        + " masquerade fully-random");
        filters(text, config, pods, dns);
        untracked(text, config, pods, dns);
        return text.toString();
    }

    private static void filters(StringBuilder text, NetworkConfig config, String pods, String dns) {
        String table = config.table();
        String reject =
                "ip daddr " + config.serviceCidr() + " meta l4proto tcp reject with tcp reset";
        String rejectOther =
                "ip daddr " + config.serviceCidr() + " reject with icmp type port-unreachable";
        chain(
                text,
                table,
                "forward",
                "filter hook forward priority 0",
                reject,
                rejectOther,
                "iifname " + pods + " accept",
                "oifname " + pods + " accept");
        chain(
                text,
                table,
                "local",
                "filter hook output priority 0",
                "ip daddr " + dns + " accept",
                reject,
                rejectOther);
        chain(
                text,
                table,
                "input",
                "filter hook input priority 0",
                // Linux takes packets to any of its addresses from any link.
                "ip daddr " + dns + " iifname != { \"lo\", " + pods + " } drop");
    }

    /// DNS is not tracked (two queries from one socket race in conntrack: the five-second stall of
    /// kubernetes/kubernetes#56903), and nothing from a pod is for the host's loopback addresses.
    private static void untracked(
            StringBuilder text, NetworkConfig config, String pods, String dns) {
        chain(
                text,
                config.table(),
                "raw",
                "filter hook prerouting priority -300",
                "iifname " + pods + " ip daddr 127.0.0.0/8 drop",
                "ip daddr " + dns + " meta l4proto { tcp, udp } th dport 53 notrack",
                "ip saddr " + dns + " meta l4proto { tcp, udp } th sport 53 notrack");
        chain(
                text,
                config.table(),
                "rawlocal",
                "filter hook output priority -300",
                "ip daddr " + dns + " meta l4proto { tcp, udp } th dport 53 notrack",
                "ip saddr " + dns + " meta l4proto { tcp, udp } th sport 53 notrack");
    }

    static String delete(NetworkConfig config) {
        String table = config.table();
        // Adding first makes deleting one that is not there no error.
        return "add table ip " + table + "\ndelete table ip " + table + "\n";
    }

    private static void chain(
            StringBuilder text, String table, String name, String hook, String... rules) {
        add(text, "chain", table, name + " { type " + hook + "; policy accept; }");
        text.append("flush chain ip ").append(table).append(' ').append(name).append('\n');
        for (String rule : rules) {
            add(text, "rule", table, name + " " + rule);
        }
    }

    private static void add(StringBuilder text, String what, String table, String rest) {
        text.append("add ").append(what).append(" ip ").append(table).append(' ').append(rest);
        text.append('\n');
    }
}

package dev.gantry.agent.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds what foreign rules do to the pod network, from the text of all rules. In nftables a packet
/// must be accepted by every table: what a foreign one drops, ours cannot let through.
final class NetworkDiagnosis {

    private static final Pattern TABLE = Pattern.compile("table (\\S+) (\\S+) \\{.*");
    private static final Pattern CHAIN = Pattern.compile("chain (\\S+) \\{");
    private static final Pattern POLICY_DROP =
            Pattern.compile("type filter hook (forward|input) priority [^;]+; policy drop;");
    private static final Pattern DROP_ALL =
            Pattern.compile("(counter packets \\d+ bytes \\d+ )?(drop|reject( with .*)?)");

    private NetworkDiagnosis() {}

    /// @param own the name of the agent's own table
    /// @param ruleset `nft list ruleset`
    /// @param forwarding the value of `net.ipv4.ip_forward`
    /// @param legacyDrop whether the old iptables' FORWARD chain drops by policy
    static List<String> of(String own, String ruleset, String forwarding, boolean legacyDrop) {
        List<String> findings = new ArrayList<>();
        if (!forwarding.equals("1")) {
            findings.add(
                    "net.ipv4.ip_forward is "
                            + forwarding
                            + ": the host forwards nothing to or from pods; something reset it"
                            + " (sysctl -w net.ipv4.ip_forward=1)");
        }
        if (legacyDrop) {
            findings.add(
                    "forwarded packets are dropped by the policy of chain FORWARD of the old iptables"
                            + " (iptables-legacy -P FORWARD DROP, as Docker sets it;"
                            + " iptables-legacy -I DOCKER-USER -j ACCEPT lets pods through)");
        }
        String table = "";
        String chain = "";
        String hook = "";
        for (String raw : ruleset.lines().toList()) {
            String line = raw.strip();
            Matcher asTable = TABLE.matcher(line);
            Matcher asChain = CHAIN.matcher(line);
            if (asTable.matches()) {
                table = asTable.group(1) + " " + asTable.group(2);
            } else if (asChain.matches()) {
                chain = asChain.group(1);
                hook = "";
            } else if (!table.equals("ip " + own)) {
                hook = hookOf(line, hook);
                finding(table, chain, hook, line).ifPresent(findings::add);
            }
        }
        return List.copyOf(findings);
    }

    private static String hookOf(String line, String before) {
        if (line.startsWith("type filter hook forward ")) {
            return "forward";
        }
        return line.startsWith("type ") ? "" : before;
    }

    private static Optional<String> finding(String table, String chain, String hook, String line) {
        Matcher policy = POLICY_DROP.matcher(line);
        String where = "chain " + chain + " of table " + table;
        if (policy.matches() && policy.group(1).equals("forward")) {
            return Optional.of(
                    "forwarded packets are dropped by the policy of "
                            + where
                            + dockerHint(table, chain)
                            + ": pods reach nothing beyond this host unless it accepts them");
        }
        if (hook.equals("forward") && DROP_ALL.matcher(line).matches()) {
            return Optional.of(
                    "forwarded packets are refused at the end of " + where + " (" + line + ")");
        }
        return Optional.empty();
    }

    private static String dockerHint(String table, String chain) {
        return table.equals("ip filter") && chain.equals("FORWARD")
                ? " (iptables -P FORWARD DROP, as Docker sets it;"
                        + " iptables -I DOCKER-USER -j ACCEPT lets pods through)"
                : "";
    }
}

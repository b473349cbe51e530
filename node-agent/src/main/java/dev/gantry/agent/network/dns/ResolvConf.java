package dev.gantry.agent.network.dns;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.regex.Pattern;

/// What containers find in `/etc/resolv.conf` (resolv.conf(5)), and what the host has there.
public final class ResolvConf {

    /// Kubernetes' bounds for `dnsConfig`.
    private static final int SERVERS_MAX = 3;

    private static final int SEARCH_MAX = 32;
    private static final int SEARCH_LENGTH_MAX = 2_048;
    private static final long FILE_MAX = 64 * 1024;

    /// Where systemd-resolved writes the servers behind its stub.
    private static final Path SYSTEMD = Path.of("/run/systemd/resolve/resolv.conf");

    private static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F:.]+(%[\\w.-]+)?");
    private static final Pattern WORD = Pattern.compile("[!-~]+");

    private ResolvConf() {}

    /// The text for `dnsPolicy: ClusterFirst`: the cluster's server, the namespace's search list,
    /// then the host's own search list, `ndots:5`.
    ///
    /// @param host usually `/etc/resolv.conf`; it need not exist
    public static String clusterFirst(
            Inet4Address server, String namespace, String clusterDomain, Path host) {
        List<String> search = new ArrayList<>();
        search.add(namespace + ".svc." + clusterDomain);
        search.add("svc." + clusterDomain);
        search.add(clusterDomain);
        search.addAll(values(host, "search"));
        return of(List.of(server.getHostAddress()), search, List.of("ndots:5"));
    }

    /// The text for `dnsPolicy: Default`: the host's. Servers on the host's loopback cannot be
    /// reached from a pod; those that systemd-resolved asks stand in for them.
    public static String hostDefault(Path host) {
        List<String> servers = reachable(host);
        return of(
                servers.isEmpty() ? reachable(SYSTEMD) : servers,
                values(host, "search"),
                values(host, "options"));
    }

    /// The text for `dnsPolicy: None`, and for `dnsConfig`: what is over Kubernetes' bounds (3
    /// servers, 32 search domains of 2,048 characters in all) is left out, as is what is no single
    /// word.
    public static String of(List<String> servers, List<String> search, List<String> options) {
        StringBuilder text = new StringBuilder();
        servers.stream()
                .filter(server -> ADDRESS.matcher(server).matches())
                .distinct()
                .limit(SERVERS_MAX)
                .forEach(server -> text.append("nameserver ").append(server).append('\n'));
        SequencedSet<String> domains = new LinkedHashSet<>();
        int length = 0;
        for (String domain : search) {
            length += domain.length() + 1;
            boolean fits = domains.size() < SEARCH_MAX && length <= SEARCH_LENGTH_MAX;
            if (fits && WORD.matcher(domain).matches()) {
                domains.add(domain);
            }
        }
        line(text, "search", List.copyOf(domains));
        line(text, "options", options.stream().filter(o -> WORD.matcher(o).matches()).toList());
        return text.toString();
    }

    /// The host's name servers, on port 53. The agent is in the host's network, so a stub on the
    /// host's loopback is good for it.
    public static List<InetSocketAddress> upstream(Path host) {
        return values(host, "nameserver").stream()
                .filter(server -> ADDRESS.matcher(server).matches())
                .map(server -> new InetSocketAddress(literal(server), 53))
                .toList();
    }

    private static InetAddress literal(String address) {
        return InetAddress.ofLiteral(address);
    }

    private static List<String> reachable(Path file) {
        return values(file, "nameserver").stream()
                .filter(server -> !server.startsWith("127.") && !server.equals("::1"))
                .toList();
    }

    private static void line(StringBuilder text, String key, List<String> words) {
        if (!words.isEmpty()) {
            text.append(key).append(' ').append(String.join(" ", words)).append('\n');
        }
    }

    /// All words after a key: of every line for `nameserver` and `options`, of the last for
    /// `search`.
    private static List<String> values(Path file, String key) {
        List<String> values = new ArrayList<>();
        for (String line : lines(file)) {
            String[] words = line.strip().split("\\s+");
            boolean matches =
                    words[0].equals(key) || (key.equals("search") && words[0].equals("domain"));
            if (!matches) {
                continue;
            }
            if (key.equals("search")) {
                values.clear();
            }
            for (int i = 1; i < words.length; i++) {
                values.add(words[i]);
            }
        }
        return values;
    }

    private static List<String> lines(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > FILE_MAX) {
                return List.of();
            }
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // Readable a moment ago: being rewritten. A host without servers is what is left.
            return List.of();
        }
    }
}

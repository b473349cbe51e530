package dev.gantry.agent.network;

import dev.gantry.agent.sys.NftSession;
import java.net.Inet4Address;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Ports of the node that lead to pods: the elements of the map `hostports`, which is also where
/// they are read from after a restart.
final class PublishedPorts {

    private static final Pattern ELEMENT =
            Pattern.compile("(tcp|udp|sctp) \\. ([0-9]+) : ([0-9.]+) \\. ([0-9]+)");

    private final String table;
    private final NftSession rules;

    /// By `tcp . 8080`: the pod and port, `10.200.0.5 . 80`.
    private final Map<String, String> published = new TreeMap<>();

    PublishedPorts(NetworkConfig config, NftSession rules) {
        this.table = config.table();
        this.rules = rules;
    }

    synchronized void adopt() {
        published.clear();
        Matcher found = ELEMENT.matcher(rules.listText("list map ip " + table + " hostports"));
        while (found.find()) {
            published.put(
                    found.group(1) + " . " + found.group(2),
                    found.group(3) + " . " + found.group(4));
        }
    }

    synchronized void publish(Inet4Address address, List<HostPort> ports) {
        String pod = address.getHostAddress() + " . ";
        Map<String, String> wanted = new TreeMap<>();
        for (HostPort port : ports) {
            String key = port.protocol() + " . " + port.hostPort();
            String holder = published.get(key);
            if (holder != null && !holder.startsWith(pod)) {
                throw new NetworkException(
                        "host port "
                                + port.hostPort()
                                + "/"
                                + port.protocol()
                                + " is in use by the pod with the address "
                                + holder.substring(0, holder.indexOf(' ')));
            }
            wanted.put(key, pod + port.containerPort());
        }
        StringBuilder commands = new StringBuilder();
        Map<String, String> after = new TreeMap<>(published);
        after.entrySet()
                .removeIf(entry ->
                        entry.getValue().startsWith(pod) && remove(commands, entry.getKey()));
        wanted.forEach((key, value) -> add(commands, key + " : " + value));
        after.putAll(wanted);
        if (!commands.isEmpty()) {
            rules.run(commands.toString());
            published.clear();
            published.putAll(after);
        }
    }

    private boolean remove(StringBuilder commands, String key) {
        commands.append("delete element ip ").append(table).append(" hostports { ");
        commands.append(key).append(" }\n");
        return true;
    }

    private void add(StringBuilder commands, String element) {
        commands.append("add element ip ").append(table).append(" hostports { ");
        commands.append(element).append(" }\n");
    }
}

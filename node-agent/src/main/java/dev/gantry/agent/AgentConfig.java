package dev.gantry.agent;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// How this agent runs, from its flags. All problems of a command line are told at once.
///
/// @param dataDir the agent's own directory
/// @param server `host:port` of the control plane's API
/// @param joinToken for the first time; a flag `@FILE` names a file that holds it
/// @param nodeAddress this node's address; empty: the one that leads to the control plane
/// @param metricsListen `host:port` for metrics and health
/// @param reserved what is kept back from pods
public record AgentConfig(
        Path dataDir,
        String server,
        Optional<String> joinToken,
        String nodeName,
        Optional<String> nodeAddress,
        HostPort metricsListen,
        String logLevel,
        Reserved reserved) {

    private static final String DATA_DIR = "/var/lib/gantry/agent";
    private static final String METRICS = "127.0.0.1:7422";
    private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");
    private static final List<String> FLAGS =
            List.of(
                    "--data-dir",
                    "--server",
                    "--join",
                    "--node-name",
                    "--node-address",
                    "--metrics-listen",
                    "--log-level",
                    "--system-reserved");

    static final String HELP =
            """
            Usage: gantry agent --server HOST:PORT [options]
                   gantry agent run-pod -f FILE [--data-dir DIR]
                   gantry agent stop-pods [--data-dir DIR]

            Runs the pods of this host for a control plane. Stops on SIGTERM; the pods run on.

              --server HOST:PORT        the control plane's API
              --join TOKEN              joins the cluster the first time; @FILE reads the token from a file
              --data-dir DIR            the agent's directory (default %s)
              --node-name NAME          default: the host name
              --node-address ADDRESS    default: the address that leads to the control plane
              --metrics-listen H:P      metrics and health over HTTP (default %s)
              --system-reserved LIST    kept back from pods (default cpu=100m,memory=128Mi)
              --log-level LEVEL         error, warn, info, debug or trace (default info)

            run-pod runs one pod from a file, prints its log and exits with its code.
            stop-pods ends all pods of an agent that has stopped, and removes its network, mounts and cgroups.
            """
                    .formatted(DATA_DIR, METRICS);

    /// An address to listen on; port 0 takes a free one.
    public record HostPort(String host, int port) {
        static Optional<HostPort> parse(String text) {
            int colon = text.lastIndexOf(':');
            if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
                return Optional.empty();
            }
            int port = Integer.parseInt(text.substring(colon + 1));
            return port > 65_535
                    ? Optional.empty()
                    : Optional.of(new HostPort(text.substring(0, colon), port));
        }
    }

    /// What is kept back from pods.
    ///
    /// @param cpuMillis thousandths of a processor
    public record Reserved(long cpuMillis, long memoryBytes) {
        static final Reserved DEFAULT = new Reserved(100, 128L << 20);
    }

    /// A command line that cannot be used, with all that is wrong with it.
    public static final class UsageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UsageException(List<String> problems) {
            super(String.join("\n", problems));
        }
    }

    /// Reads the flags.
    ///
    /// @throws UsageException with all problems, one a line
    public static AgentConfig parse(List<String> arguments) {
        var problems = new ArrayList<String>();
        var flags = flags(arguments, problems);
        var server = flags.getOrDefault("--server", "");
        if (HostPort.parse(server).isEmpty()) {
            problems.add(
                    server.isEmpty()
                            ? "--server is missing: the control plane's HOST:PORT"
                            : "--server: not HOST:PORT: " + server);
        }
        var metrics = HostPort.parse(flags.getOrDefault("--metrics-listen", METRICS));
        if (metrics.isEmpty()) {
            problems.add("--metrics-listen: not HOST:PORT: " + flags.get("--metrics-listen"));
        }
        var name = flags.getOrDefault("--node-name", hostName());
        if (!name.matches("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")) {
            problems.add("--node-name: not a name of small letters, digits, - and .: " + name);
        }
        var level = flags.getOrDefault("--log-level", "info").toLowerCase(Locale.ROOT);
        if (!LEVELS.contains(level)) {
            problems.add("--log-level: not one of " + String.join(", ", LEVELS) + ": " + level);
        }
        var reserved = reserved(flags.get("--system-reserved"), problems);
        if (!problems.isEmpty()) {
            throw new UsageException(problems);
        }
        return new AgentConfig(
                Path.of(flags.getOrDefault("--data-dir", DATA_DIR)).toAbsolutePath(),
                server,
                Optional.ofNullable(flags.get("--join")),
                name,
                Optional.ofNullable(flags.get("--node-address")),
                metrics.orElseThrow(),
                level,
                reserved);
    }

    static SortedMap<String, String> flags(List<String> arguments, List<String> problems) {
        var flags = new TreeMap<String, String>();
        int i = 0;
        while (i < arguments.size()) {
            var argument = arguments.get(i++);
            int equals = argument.indexOf('=');
            var name = equals < 0 ? argument : argument.substring(0, equals);
            if (!FLAGS.contains(name)) {
                problems.add(unknown(name));
            } else if (equals >= 0) {
                flags.put(name, argument.substring(equals + 1));
            } else if (i < arguments.size()) {
                flags.put(name, arguments.get(i++));
            } else {
                problems.add(name + " needs a value");
            }
        }
        return flags;
    }

    private static String unknown(String name) {
        var near =
                FLAGS.stream()
                        .filter(f -> distance(f, name) <= 3)
                        .min(java.util.Comparator.comparingInt(f -> distance(f, name)));
        return "unknown flag "
                + name
                + near.map(f -> ", did you mean " + f + "?").orElse(" (see --help)");
    }

    /// Levenshtein's.
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    private static Reserved reserved(
            @org.jspecify.annotations.Nullable String text, List<String> problems) {
        if (text == null) {
            return Reserved.DEFAULT;
        }
        long cpu = Reserved.DEFAULT.cpuMillis();
        long memory = Reserved.DEFAULT.memoryBytes();
        for (var part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            var name = equals < 0 ? part : part.substring(0, equals);
            var amount =
                    dev.gantry.api.resource.Quantity.newBuilder()
                            .setString(part.substring(equals + 1))
                            .build();
            try {
                switch (name) {
                    case "cpu" -> cpu = dev.gantry.agent.facts.Amounts.milli(amount);
                    case "memory" -> memory = dev.gantry.agent.facts.Amounts.units(amount);
                    default -> problems.add("--system-reserved: not cpu or memory: " + part);
                }
            } catch (RuntimeException e) {
                problems.add("--system-reserved: not an amount: " + part);
            }
        }
        return new Reserved(cpu, memory);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
        } catch (UnknownHostException e) {
            return "";
        }
    }
}

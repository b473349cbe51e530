package dev.gantry.controlplane;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All that the process is told from outside, read once. Flags win over the environment, that over
/// the file, that over the defaults.
///
/// @param advertise empty when only this host's own name is known
/// @param hosts further names for the certificate
/// @param etcdAuthority empty for the cluster's own, as the two after it
/// @param podCidr IPv4 network in CIDR form
public record ControlPlaneConfig(
        Path dataDir,
        HostPort listen,
        Optional<HostPort> advertise,
        List<String> hosts,
        List<URI> etcd,
        Optional<Path> etcdAuthority,
        Optional<Path> etcdCertificate,
        Optional<Path> etcdKey,
        HostPort metricsListen,
        String podCidr,
        String serviceCidr,
        String clusterDomain,
        String logLevel) {
    private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");

    /// Prefixes that leave each node a /24, and the Services room for the reserved addresses.
    private static final int PREFIX_MIN = 8;

    private static final int PREFIX_MAX = 24;

    /// @throws ConfigException with all problems
    static ControlPlaneConfig read(List<String> arguments, Map<String, String> environment) {
        var problems = new ArrayList<String>();
        var flags = flags(arguments, problems);
        var variables = variables(environment, problems);
        var file =
                Optional.ofNullable(
                        flags.getOrDefault(Setting.CONFIG, variables.get(Setting.CONFIG)));
        var values = new EnumMap<Setting, String>(Setting.class);
        for (var setting : Setting.values()) {
            values.put(setting, setting.standard());
        }
        file.ifPresent(name -> values.putAll(file(Path.of(name), problems)));
        values.putAll(variables);
        values.putAll(flags);
        var config = new Reader(values, problems).read();
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return config;
    }

    /// What `--help` prints.
    static String help() {
        var text = new StringBuilder();
        text.append("Usage: gantry server [FLAGS]            runs the control plane\n")
                .append("       gantry server init-pki [FLAGS]   makes the certificates only\n\n")
                .append("Flags (or GANTRY_SERVER_NAME in the environment, or the file):\n");
        Arrays.stream(Setting.values()).forEach(s -> text.append(s.helpLine()).append('\n'));
        return text.append("\nExample: gantry server --data-dir=/srv/gantry --advertise=cp1:7420\n")
                .toString();
    }

    private static Map<Setting, String> flags(List<String> arguments, List<String> problems) {
        var values = new EnumMap<Setting, String>(Setting.class);
        for (int i = 0; i < arguments.size(); i++) {
            var argument = arguments.get(i);
            var equals = argument.indexOf('=');
            if (!argument.startsWith("--")) {
                problems.add("\"" + argument + "\" is not a flag");
                continue;
            }
            var key = equals < 0 ? argument.substring(2) : argument.substring(2, equals);
            var setting = Setting.byKey(key);
            if (setting.isEmpty()) {
                problems.add(
                        "--" + key + " is not known, did you mean --" + Setting.nearest(key) + "?");
            } else if (equals >= 0) {
                values.put(setting.get(), argument.substring(equals + 1));
            } else if (i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("--")) {
                values.put(setting.get(), arguments.get(++i));
            } else {
                problems.add(argument + " needs a value");
            }
        }
        return values;
    }

    private static Map<Setting, String> variables(
            Map<String, String> environment, List<String> problems) {
        var values = new EnumMap<Setting, String>(Setting.class);
        environment.entrySet().stream()
                .filter(e -> e.getKey().startsWith(Setting.ENVIRONMENT))
                .sorted(Map.Entry.comparingByKey())
                .forEach(e ->
                        Arrays.stream(Setting.values())
                                .filter(s -> s.variable().equals(e.getKey()))
                                .findFirst()
                                .ifPresentOrElse(
                                        s -> values.put(s, e.getValue()),
                                        () ->
                                                problems.add(
                                                        e.getKey()
                                                                + " in the environment is"
                                                                + " not known")));
        return values;
    }

    private static Map<Setting, String> file(Path file, List<String> problems) {
        var values = new EnumMap<Setting, String>(Setting.class);
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException _) {
            problems.add("--config: " + file + " cannot be read");
            return values;
        }
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            var equals = line.indexOf('=');
            var key = equals < 0 ? line : line.substring(0, equals).strip();
            var setting = Setting.byKey(key);
            if (setting.isPresent() && equals >= 0 && setting.get() != Setting.CONFIG) {
                values.put(setting.get(), line.substring(equals + 1).strip());
            } else {
                problems.add(
                        "%s:%d: \"%s\" is not NAME = VALUE, did you mean %s?"
                                .formatted(file, i + 1, key, Setting.nearest(key)));
            }
        }
        return values;
    }

    /// Turns texts into values and notes what cannot be turned.
    private record Reader(Map<Setting, String> values, List<String> problems) {

        ControlPlaneConfig read() {
            var config =
                    new ControlPlaneConfig(
                            Path.of(text(Setting.DATA_DIR)).toAbsolutePath().normalize(),
                            hostPort(Setting.LISTEN),
                            optional(Setting.ADVERTISE).map(_ -> hostPort(Setting.ADVERTISE)),
                            list(Setting.HOST),
                            endpoints(),
                            optional(Setting.ETCD_CA).map(Path::of),
                            optional(Setting.ETCD_CERTIFICATE).map(Path::of),
                            optional(Setting.ETCD_KEY).map(Path::of),
                            hostPort(Setting.METRICS_LISTEN),
                            cidr(Setting.POD_CIDR),
                            cidr(Setting.SERVICE_CIDR),
                            domain(),
                            level());
            var files =
                    List.of(Setting.ETCD_CA, Setting.ETCD_CERTIFICATE, Setting.ETCD_KEY).stream()
                            .filter(s -> optional(s).isPresent())
                            .count();
            if (files != 0 && files != 3) {
                problems.add(
                        "--etcd-ca, --etcd-certificate and --etcd-key are needed all three or not"
                                + " at all");
            }
            return config;
        }

        private String text(Setting setting) {
            return values.getOrDefault(setting, "");
        }

        private Optional<String> optional(Setting setting) {
            return Optional.of(text(setting)).filter(t -> !t.isEmpty());
        }

        private List<String> list(Setting setting) {
            return Arrays.stream(text(setting).split(",", -1))
                    .map(String::strip)
                    .filter(t -> !t.isEmpty())
                    .toList();
        }

        private HostPort hostPort(Setting setting) {
            return HostPort.parse(text(setting))
                    .orElseGet(() -> {
                        wrong(setting, "HOST:PORT, such as 10.0.0.1:7420");
                        return new HostPort("localhost", 0);
                    });
        }

        private List<URI> endpoints() {
            var endpoints = new ArrayList<URI>();
            for (var text : list(Setting.ETCD)) {
                try {
                    endpoints.add(new URI(text));
                } catch (URISyntaxException _) {
                    wrong(Setting.ETCD, "URLs, such as https://127.0.0.1:7423");
                }
            }
            var good =
                    endpoints.stream()
                            .allMatch(u ->
                                    List.of("http", "https").contains(String.valueOf(u.getScheme()))
                                            && u.getHost() != null
                                            && u.getPort() > 0);
            if (!good || endpoints.isEmpty()) {
                wrong(Setting.ETCD, "URLs, such as https://127.0.0.1:7423");
            }
            return List.copyOf(endpoints);
        }

        private String cidr(Setting setting) {
            var parts = text(setting).split("/", -1);
            try {
                if (parts.length == 2 && InetAddress.ofLiteral(parts[0]).getAddress().length == 4) {
                    var prefix = Integer.parseInt(parts[1]);
                    if (prefix >= PREFIX_MIN && prefix <= PREFIX_MAX) {
                        return text(setting);
                    }
                }
            } catch (IllegalArgumentException _) {
                // Told below, as a wrong prefix is.
            }
            wrong(setting, "an IPv4 network from /8 to /24, such as 10.200.0.0/16");
            return text(setting);
        }

        private String domain() {
            var domain = text(Setting.CLUSTER_DOMAIN);
            if (!domain.matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?")) {
                wrong(Setting.CLUSTER_DOMAIN, "a DNS name in lower case");
            }
            return domain;
        }

        private String level() {
            var level = text(Setting.LOG_LEVEL);
            if (!LEVELS.contains(level)) {
                wrong(Setting.LOG_LEVEL, "one of " + String.join(", ", LEVELS));
            }
            return level;
        }

        private void wrong(Setting setting, String wanted) {
            problems.add("--%s: \"%s\" is not %s".formatted(setting.key(), text(setting), wanted));
        }
    }
}

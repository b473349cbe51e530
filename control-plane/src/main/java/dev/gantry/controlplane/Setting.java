package dev.gantry.controlplane;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What can be set: by flag (`--data-dir`), by environment (`GANTRY_SERVER_DATA_DIR`) and in the
/// configuration file (`data-dir = ...`).
enum Setting {
    DATA_DIR("DIR", "/var/lib/gantry", "where certificates, and what this host keeps, stand"),
    LISTEN("HOST:PORT", "0.0.0.0:7420", "where the API is served"),
    ADVERTISE("HOST:PORT", "", "where others reach the API; this host's name by default"),
    HOST("NAMES", "", "more host names and addresses for the server's certificate, with commas"),
    ETCD("URLS", "https://127.0.0.1:7423", "etcd's endpoints, with commas"),
    ETCD_CA("FILE", "", "the authority of etcd's certificate; the cluster's own by default"),
    ETCD_CERTIFICATE("FILE", "", "the certificate to show to etcd; the cluster's own by default"),
    ETCD_KEY("FILE", "", "the key of that certificate"),
    METRICS_LISTEN(
            "HOST:PORT", "127.0.0.1:7421", "where /metrics, /healthz and /readyz are served"),
    POD_CIDR("CIDR", "10.200.0.0/16", "the pods' addresses; each node gets a /24 of it"),
    SERVICE_CIDR("CIDR", "10.201.0.0/16", "the Services' addresses; its tenth is DNS"),
    CLUSTER_DOMAIN("NAME", "cluster.local", "the DNS domain of Services"),
    LOG_LEVEL("LEVEL", "info", "error, warn, info, debug or trace"),
    CONFIG("FILE", "", "a file with these settings, one NAME = VALUE to a line");

    static final String ENVIRONMENT = "GANTRY_SERVER_";

    private final String form;
    private final String standard;
    private final String help;

    Setting(String form, String standard, String help) {
        this.form = form;
        this.standard = standard;
        this.help = help;
    }

    /// The name without dashes in front.
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String variable() {
        return ENVIRONMENT + name();
    }

    /// The value when nobody sets one; empty text when there is none.
    String standard() {
        return standard;
    }

    String helpLine() {
        var flag = "  --" + key() + "=" + form;
        var end = standard.isEmpty() ? "" : " [" + standard + "]";
        return flag + " ".repeat(Math.max(1, 30 - flag.length())) + help + end;
    }

    static Optional<Setting> byKey(String key) {
        return Arrays.stream(values()).filter(s -> s.key().equals(key)).findFirst();
    }

    /// The name that differs least from a wrong one.
    static String nearest(String key) {
        var best = DATA_DIR;
        for (var setting : values()) {
            if (distance(key, setting.key()) < distance(key, best.key())) {
                best = setting;
            }
        }
        return best.key();
    }

    /// Levenshtein's.
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            var diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                var change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}

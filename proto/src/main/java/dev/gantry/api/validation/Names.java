package dev.gantry.api.validation;

import java.util.regex.Pattern;

/// The forms of names; each check returns what is wrong, empty when nothing is. Texts are
/// Kubernetes' own.
final class Names {
    private static final int LABEL_MAX = 63;
    private static final int SUBDOMAIN_MAX = 253;
    private static final int PORT_NAME_MAX = 15;
    private static final int PORT_MAX = 65_535;
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern LABEL_1035 = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern ENV = Pattern.compile("[-._a-zA-Z][-._a-zA-Z0-9]*");
    private static final Pattern KEY = Pattern.compile("[-._a-zA-Z0-9]+");
    private static final Pattern PORT = Pattern.compile("[-a-z0-9]*[a-z][-a-z0-9]*");
    private static final Pattern IPV4 =
            Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1?\\d?\\d)");

    private Names() {}

    static String dns1123Label(String name) {
        if (name.length() > LABEL_MAX) {
            return "must be no more than 63 characters";
        }
        return LABEL.matcher(name).matches()
                ? ""
                : "a lowercase RFC 1123 label must consist of lower case alphanumeric"
                        + " characters or '-', and must"
                        + " start and end with an alphanumeric character (e.g. 'my-name',  or"
                        + " '123-abc')";
    }

    static String dns1035Label(String name) {
        if (name.length() > LABEL_MAX) {
            return "must be no more than 63 characters";
        }
        return LABEL_1035.matcher(name).matches()
                ? ""
                : "a DNS-1035 label must consist of lower case alphanumeric characters or '-',"
                        + " start with an"
                        + " alphabetic character, and end with an alphanumeric character (e.g."
                        + " 'my-name',  or"
                        + " 'abc-123')";
    }

    static String dns1123Subdomain(String name) {
        if (name.length() > SUBDOMAIN_MAX) {
            return "must be no more than 253 characters";
        }
        return SUBDOMAIN.matcher(name).matches()
                ? ""
                : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"
                        + " characters, '-' or '.',"
                        + " and must start and end with an alphanumeric character (e.g."
                        + " 'example.com')";
    }

    static String env(String name) {
        return ENV.matcher(name).matches()
                ? ""
                : "a valid environment variable name must consist of alphabetic characters,"
                        + " digits, '_', '-', or"
                        + " '.', and must not start with a digit (e.g. 'my.env-name',  or"
                        + " 'MY_ENV.NAME',  or"
                        + " 'MyEnvName1')";
    }

    /// A key of a ConfigMap or Secret: it becomes a file name.
    static String dataKey(String key) {
        if (key.length() > SUBDOMAIN_MAX) {
            return "must be no more than 253 characters";
        }
        if (!KEY.matcher(key).matches()) {
            return "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
                    + " (e.g. 'key.name',"
                    + "  or 'KEY_NAME',  or 'key-name')";
        }
        return key.equals(".") || key.startsWith("..") ? "must not be '.' or start with '..'" : "";
    }

    static String portName(String name) {
        if (name.length() > PORT_NAME_MAX) {
            return "must be no more than 15 characters";
        }
        if (!PORT.matcher(name).matches()) {
            return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-), and"
                    + " at least one letter"
                    + " or number (a-z, 0-9)";
        }
        return name.contains("--") || name.startsWith("-") || name.endsWith("-")
                ? "must not begin or end with a hyphen or contain consecutive hyphens"
                : "";
    }

    static String port(int port) {
        return port >= 1 && port <= PORT_MAX ? "" : "must be between 1 and 65535, inclusive";
    }

    static String address(String address) {
        boolean six = address.contains(":") && address.matches("[0-9a-fA-F:.]{2,45}");
        return six || IPV4.matcher(address).matches()
                ? ""
                : "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
    }
}

package dev.gantry.cli.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How one cluster is reached, and as whom.
///
/// @param server host:port
/// @param socket where the server is reached on its own host; empty when nowhere
/// @param caCertificate PEM, or a path of it; so are the two after it
/// @param namespace used when a command names none
public record Context(
        String name,
        String server,
        String socket,
        String caCertificate,
        String clientCertificate,
        String clientKey,
        String namespace) {

    private static final int PORT_DEFAULT = 7420;

    public String host() {
        int colon = server.lastIndexOf(':');
        String host = colon < 0 || server.endsWith("]") ? server : server.substring(0, colon);
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    public int port() {
        int colon = server.lastIndexOf(':');
        if (colon < 0 || server.endsWith("]")) {
            return PORT_DEFAULT;
        }
        String port = server.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}")) {
            throw new CommandException(
                    "context " + name + ": server must be host:port, not '" + server + "'");
        }
        return Integer.parseInt(port);
    }

    /// The text of a PEM that stands inline or in a file.
    static String pem(String what, String text) {
        if (text.contains("-----BEGIN")) {
            return text;
        }
        if (text.isEmpty()) {
            throw new CommandException("the configuration has no " + what);
        }
        try {
            return Files.readString(Path.of(text));
        } catch (IOException e) {
            throw new CommandException("cannot read the " + what + ": " + Reasons.of(e));
        }
    }
}

package dev.gantry.agent.image.registry;

import dev.gantry.agent.image.registry.RegistryException.Kind;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;

/// Where a registry listens.
///
/// @param host with the port, when one was given
/// @param isPlain asked without TLS
public record RegistryAddress(String host, boolean isPlain) {
    /// docker.io's registry has another name than its images (docker/distribution reference).
    public static RegistryAddress of(String registry, boolean plain) {
        return new RegistryAddress(
                registry.equals("docker.io") ? "registry-1.docker.io" : registry, plain);
    }

    /// Whether the name can only be this machine: `localhost` or an address of loopback.
    public static boolean isLoopback(String registry) {
        String host = registry.toLowerCase(Locale.ROOT);
        if (host.startsWith("[")) {
            return host.startsWith("[::1]");
        }
        int colon = host.indexOf(':');
        String name = colon < 0 ? host : host.substring(0, colon);
        return name.equals("localhost") || name.matches("127\\.\\d+\\.\\d+\\.\\d+");
    }

    URI uri(String path) {
        return URI.create((isPlain ? "http://" : "https://") + host + path);
    }

    /// Refuses addresses that only this machine's own services answer at, whoever names them: the
    /// cloud's metadata service is the classic target.
    static void checkTarget(URI target) throws RegistryException {
        String host = target.getHost();
        if (host == null) {
            throw new RegistryException(Kind.BAD_ANSWER, "it points to no host");
        }
        String literal = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        boolean numeric = literal.contains(":") || literal.matches("[0-9.]+");
        try {
            if (numeric && InetAddress.getByName(literal).isLinkLocalAddress()) {
                throw new RegistryException(Kind.BAD_ANSWER, "it points to a link-local address");
            }
        } catch (UnknownHostException e) {
            throw new RegistryException(Kind.BAD_ANSWER, "it points to no host", e);
        }
    }
}

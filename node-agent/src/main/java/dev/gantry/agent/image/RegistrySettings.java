package dev.gantry.agent.image;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How this node reaches registries.
///
/// @param plainHttp registries (`host` or `host:port`) that may be asked without TLS, besides those
///   on loopback
/// @param certificates PEM files of private authorities, besides the system's
/// @param retryDelay before a failed request is repeated the first time
/// @param silence without a byte, after which a connection is given up
/// @param dockerConfig the node's own logins, as `docker login` writes them; need not exist, null
///   for none
public record RegistrySettings(
        List<String> plainHttp,
        List<Path> certificates,
        Duration retryDelay,
        Duration silence,
        @Nullable Path dockerConfig) {
    /// Plain HTTP on loopback only; the JDK's authorities; no logins.
    public static final RegistrySettings DEFAULT =
            new RegistrySettings(
                    List.of(), List.of(), Duration.ofMillis(500), Duration.ofSeconds(30), null);

    public RegistrySettings {
        plainHttp = List.copyOf(plainHttp);
        certificates = List.copyOf(certificates);
    }

    /// The defaults, with the logins where Docker's tools look for them: `DOCKER_CONFIG`, else
    /// `~/.docker`.
    public static RegistrySettings of(Map<String, String> environment) {
        String folder = environment.getOrDefault("DOCKER_CONFIG", "");
        String home = environment.getOrDefault("HOME", "");
        if (folder.isEmpty() && home.isEmpty()) {
            return DEFAULT;
        }
        Path directory = folder.isEmpty() ? Path.of(home, ".docker") : Path.of(folder);
        return DEFAULT.withDockerConfig(directory.resolve("config.json"));
    }

    RegistrySettings withDockerConfig(Path file) {
        return new RegistrySettings(plainHttp, certificates, retryDelay, silence, file);
    }
}

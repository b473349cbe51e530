package dev.gantry.agent.image;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// How this node reaches registries.
///
/// @param plainHttp registries (`host` or `host:port`) that may be asked without TLS, besides those
///   on loopback
/// @param certificates PEM files of private authorities, besides the system's
/// @param retryDelay before a failed request is repeated the first time
public record RegistrySettings(
        List<String> plainHttp, List<Path> certificates, Duration retryDelay) {
    /// Plain HTTP on loopback only; the JDK's authorities.
    public static final RegistrySettings DEFAULT =
            new RegistrySettings(List.of(), List.of(), Duration.ofMillis(500));

    public RegistrySettings {
        plainHttp = List.copyOf(plainHttp);
        certificates = List.copyOf(certificates);
    }
}

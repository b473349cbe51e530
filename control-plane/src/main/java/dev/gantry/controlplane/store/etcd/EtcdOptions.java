package dev.gantry.controlplane.store.etcd;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How to reach etcd.
///
/// @param endpoints such as `https://127.0.0.1:7423`; tried in this order
/// @param tls the files of mutual TLS; empty for plain text, which `http` endpoints need
/// @param requestTimeout after which a request that was sent counts as unanswered
/// @param connectTimeout for how long a request waits for an etcd that cannot be reached
/// @param resolveTimeout for how long the outcome of an unanswered write is looked for
public record EtcdOptions(
        List<URI> endpoints,
        Optional<Tls> tls,
        Duration requestTimeout,
        Duration connectTimeout,
        Duration resolveTimeout) {

    /// PEM files.
    public record Tls(Path authority, Path certificate, Path key) {}

    public EtcdOptions {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("no endpoint of etcd is named");
        }
        for (URI endpoint : endpoints) {
            if (endpoint.getHost() == null || endpoint.getPort() < 0) {
                throw new IllegalArgumentException(
                        "not an endpoint like https://127.0.0.1:7423: " + endpoint);
            }
        }
    }

    /// Time limits that suit a local network.
    public static EtcdOptions of(List<URI> endpoints, Optional<Tls> tls) {
        return new EtcdOptions(
                endpoints,
                tls,
                Duration.ofSeconds(5),
                Duration.ofSeconds(3),
                Duration.ofSeconds(20));
    }
}

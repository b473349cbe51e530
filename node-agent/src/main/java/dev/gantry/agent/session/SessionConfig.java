package dev.gantry.agent.session;

import java.nio.file.Path;
import java.util.Optional;

/// How an agent reaches its control plane.
///
/// @param server host:port of the control plane's API
/// @param nodeName the node's name; it must be the one in the certificate
/// @param directory the agent's own directory: `credentials/` and `checkpoint` go there
/// @param joinToken used once, when there is no certificate yet
/// @param agentVersion said to the control plane
public record SessionConfig(
        String server,
        String nodeName,
        Path directory,
        Optional<String> joinToken,
        String agentVersion) {}

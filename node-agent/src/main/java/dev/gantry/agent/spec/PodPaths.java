package dev.gantry.agent.spec;

import java.nio.file.Path;

/// Where things of a pod lie in its directory.
///
/// @param root `DATA/agent/pods/UID`
public record PodPaths(Path root) {
    /// The log of a run.
    public Path log(String container, int attempt) {
        return root.resolve("logs").resolve(container).resolve(attempt + ".log");
    }

    /// The file that a run may leave its last words in.
    public Path termination(String container, int attempt) {
        return root.resolve("termination").resolve(container + "." + attempt);
    }

    /// A file of `/etc` that all containers share: `hosts`, `hostname`, `resolv.conf`.
    public Path etc(String name) {
        return root.resolve("etc").resolve(name);
    }
}

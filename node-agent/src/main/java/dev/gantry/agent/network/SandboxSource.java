package dev.gantry.agent.network;

import dev.gantry.agent.container.IdRange;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Makes the namespaces that a pod shares and pins them as files in the sandbox's directory: the
/// container runtime in production.
public interface SandboxSource {

    /// The file, inside of a sandbox's directory, where its network namespace is pinned.
    String NETWORK_FILE = "net";

    /// Makes and pins the namespaces.
    ///
    /// @param directory exists and is empty but for this package's own `record`
    /// @param ids the id range of its user namespace; null for none (host ids)
    /// @param hostNetwork true when the pod stays in the host's network namespace: none is made
    void create(String id, Path directory, @Nullable IdRange ids, boolean hostNetwork)
            throws InterruptedException;

    /// Unpins whatever is pinned in the directory; also what is half made, or already gone.
    void destroy(String id, Path directory);
}

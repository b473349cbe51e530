package dev.gantry.agent.network;

import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.container.SandboxNamespaces;
import dev.gantry.agent.container.SandboxOptions;
import java.nio.file.Path;

/// Makes the namespaces that a pod shares and pins them as files in the sandbox's directory: the
/// container runtime in production.
public interface SandboxSource {

    /// The runtime's own: namespaces made by the shim.
    static SandboxSource of(SandboxNamespaces namespaces) {
        return new SandboxSource() {
            @Override
            public Sandbox create(String id, Path directory, SandboxOptions options) {
                return namespaces.create(id, directory, options);
            }

            @Override
            public void destroy(Sandbox sandbox) {
                namespaces.destroy(sandbox);
            }
        };
    }

    /// Makes and pins the namespaces.
    ///
    /// @param directory exists and is empty
    Sandbox create(String id, Path directory, SandboxOptions options) throws InterruptedException;

    /// Unpins whatever is pinned in the sandbox's directory; also what is half made, or gone.
    void destroy(Sandbox sandbox);
}

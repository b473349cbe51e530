package dev.gantry.agent.container;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What the containers of one pod share: its user, network, IPC and UTS namespaces, pinned as
/// bind-mounted files named `user`, `net`, `ipc` and `uts` in `directory`. A file is absent when
/// the pod uses the host's namespace of that kind.
///
/// @param id unique on the node
/// @param directory holds the pinned namespaces
/// @param ids the pod's ids; null for a pod that uses the host's users
/// @param hostNetwork whether the pod is in the host's network namespace
/// @param hostIpc whether the pod is in the host's IPC namespace
/// @param hostname the name that the pod's UTS namespace had when it was made
public record Sandbox(
        String id,
        Path directory,
        @Nullable IdRange ids,
        boolean hostNetwork,
        boolean hostIpc,
        String hostname) {

    /// The file that pins a namespace of the kind `user`, `net`, `ipc` or `uts`.
    public Path pin(String kind) {
        return directory.resolve(kind);
    }
}

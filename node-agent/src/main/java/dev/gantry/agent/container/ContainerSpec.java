package dev.gantry.agent.container;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// All that defines one container; nothing in it is a name that has still to be resolved.
///
/// @param id unique on the node for ever: letters, digits, `-`, `_` and `.`, at most 128
/// @param sandbox the namespaces of its pod
/// @param sysctls written before the program runs, of namespaces that are the pod's own
/// @param oomScoreAdj -1000 to 1000 (proc(5))
/// @param hostPid whether it sees the host's processes; needs the host's users
public record ContainerSpec(
        String id,
        Sandbox sandbox,
        RootSpec root,
        ProcessSpec process,
        Confinement confinement,
        List<MountSpec> mounts,
        CgroupSpec cgroup,
        LogSpec log,
        SequencedMap<String, String> sysctls,
        int oomScoreAdj,
        boolean hostPid) {

    public ContainerSpec {
        if (!id.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")) {
            throw new IllegalArgumentException("no container id: " + id);
        }
        mounts = List.copyOf(mounts);
        sysctls = new LinkedHashMap<>(sysctls);
        if (sandbox.ids() != null && (hostPid || confinement.privileged())) {
            throw new IllegalArgumentException(
                    "a container that is privileged or sees the host's processes uses the"
                            + " host's users");
        }
    }
}

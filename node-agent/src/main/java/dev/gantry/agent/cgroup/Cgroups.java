package dev.gantry.agent.cgroup;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Groups of processes below one root of Gantry's own. A group is named by its path below that
/// root, such as `burstable/POD/CONTAINER`. All calls may be repeated.
public sealed interface Cgroups permits CgroupsV1, CgroupsV2 {
    /// Where the kernel's groups are mounted on every distribution.
    Path MOUNTED_AT = Path.of("/sys/fs/cgroup");

    /// The group that shims live in.
    String SHIMS = "shims";

    /// The machine's groups, of whichever version it has.
    ///
    /// @param root name of our root, such as `gantry`; several agents need several
    static Cgroups detect(Path mountedAt, String root) {
        return Files.exists(mountedAt.resolve("cgroup.controllers"))
                ? new CgroupsV2(mountedAt, root)
                : new CgroupsV1(mountedAt, root);
    }

    /// Makes a group and all above it, and bounds it.
    void create(String group, Limits limits);

    /// Changes the bounds of a group.
    void limit(String group, Limits limits);

    /// Files to which a single-threaded process writes `0` to join the group.
    List<Path> joinFiles(String group);

    /// The directory that clone3(2) takes for CLONE_INTO_CGROUP; then nothing need be joined.
    Optional<Path> cloneDirectory(String group);

    /// The file that counts `oom_kill`.
    Path oomFile(String group);

    /// What a container mounts to see its own group.
    List<CgroupMount> mounts();

    /// Ends every process of the group and of those below it, and waits until all are gone.
    void kill(String group);

    /// Whether the group exists.
    boolean exists(String group);

    /// Removes an empty group with all below it, and those above it that are empty then.
    void remove(String group);

    GroupUsage usage(String group);
}

package dev.gantry.agent.cgroup;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The unified hierarchy (the kernel's `cgroup-v2.rst`).
final class CgroupsV2 implements Cgroups {
    private static final long CPU_PERIOD_MICROS = 100_000;
    private static final int KILL_TRIES = 2_000;

    private final Path mountedAt;
    private final Path root;

    CgroupsV2(Path mountedAt, String root) {
        this.mountedAt = mountedAt;
        this.root = mountedAt.resolve(root);
    }

    @Override
    public synchronized void create(String group, Limits limits) {
        Path path = path(group);
        if (!Files.isDirectory(path)) {
            delegate(group);
        }
        limit(group, limits);
    }

    /// Makes the groups of a path from the top: each hands its controllers down to the next.
    private void delegate(String group) {
        handDown(mountedAt);
        Path at = root;
        GroupFiles.makeDirectories(at);
        for (String part : group.split("/", -1)) {
            handDown(at);
            at = at.resolve(part);
            GroupFiles.makeDirectories(at);
        }
    }

    private static void handDown(Path parent) {
        String wanted = "+cpu +memory +pids";
        String enabled = GroupFiles.read(parent.resolve("cgroup.subtree_control"));
        if (!List.of(enabled.strip().split(" ", -1))
                .containsAll(List.of("cpu", "memory", "pids"))) {
            GroupFiles.write(parent.resolve("cgroup.subtree_control"), wanted);
        }
    }

    @Override
    public void limit(String group, Limits limits) {
        Path path = path(group);
        if (limits.memoryBytes() > 0) {
            GroupFiles.write(path.resolve("memory.max"), Long.toString(limits.memoryBytes()));
            if (Files.exists(path.resolve("memory.swap.max"))) {
                GroupFiles.write(path.resolve("memory.swap.max"), "0");
            }
            GroupFiles.write(path.resolve("memory.oom.group"), "1");
        }
        if (limits.cpuMillis() > 0) {
            long quota = Math.max(1000, limits.cpuMillis() * CPU_PERIOD_MICROS / 1000);
            GroupFiles.write(path.resolve("cpu.max"), quota + " " + CPU_PERIOD_MICROS);
        }
        if (limits.cpuRequestMillis() > 0) {
            GroupFiles.write(path.resolve("cpu.weight"), Long.toString(weight(limits)));
        }
        if (limits.pids() > 0) {
            GroupFiles.write(path.resolve("pids.max"), Long.toString(limits.pids()));
        }
    }

    /// The weight that Kubernetes gives to as many shares (KEP-2254).
    private static long weight(Limits limits) {
        long shares = CgroupsV1.shares(limits.cpuRequestMillis());
        return 1 + (shares - 2) * 9999 / 262_142;
    }

    @Override
    public List<Path> joinFiles(String group) {
        return group.equals(SHIMS) ? List.of(path(group).resolve("cgroup.procs")) : List.of();
    }

    @Override
    public Optional<Path> cloneDirectory(String group) {
        return Optional.of(path(group));
    }

    @Override
    public Path oomFile(String group) {
        return path(group).resolve("memory.events");
    }

    @Override
    public List<CgroupMount> mounts() {
        return List.of(new CgroupMount("/sys/fs/cgroup", true, ""));
    }

    @Override
    public void kill(String group) {
        GroupFiles.checkName(group);
        Path path = path(group);
        if (!Files.isDirectory(path)) {
            return;
        }
        if (populated(path)) {
            GroupFiles.write(path.resolve("cgroup.kill"), "1");
        }
        for (int i = 0; i < KILL_TRIES && populated(path); i++) {
            GroupFiles.pause();
        }
    }

    private static boolean populated(Path path) {
        return GroupFiles.field(path.resolve("cgroup.events"), "populated") == 1;
    }

    @Override
    public boolean exists(String group) {
        return Files.isDirectory(path(group));
    }

    @Override
    public synchronized void remove(String group) {
        GroupFiles.checkName(group);
        GroupFiles.removeUpwards(root, group);
    }

    @Override
    public GroupUsage usage(String group) {
        Path path = path(group);
        long memory = GroupFiles.readLong(path.resolve("memory.current"));
        long dropped = GroupFiles.field(path.resolve("memory.stat"), "inactive_file");
        return new GroupUsage(
                GroupFiles.field(path.resolve("cpu.stat"), "usage_usec") * 1000,
                Math.max(0, memory - dropped),
                GroupFiles.field(path.resolve("memory.events"), "oom_kill"),
                GroupFiles.readLong(path.resolve("pids.current")));
    }

    private Path path(String group) {
        return root.resolve(group);
    }
}

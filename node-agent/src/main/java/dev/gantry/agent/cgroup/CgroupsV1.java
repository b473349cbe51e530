package dev.gantry.agent.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// The hierarchies of version 1, one for each controller or several (the kernel's `cgroup-v1`). A
/// hybrid machine's unified hierarchy has no controllers and is left alone.
final class CgroupsV1 implements Cgroups {
    private static final List<String> CONTROLLERS =
            List.of("cpu", "cpuacct", "memory", "pids", "freezer");
    private static final long CPU_PERIOD_MICROS = 100_000;
    private static final int KILL_TRIES = 2_000;

    private final Path mountedAt;
    private final String root;

    /// Controller to the directory where its hierarchy is mounted; several may share one.
    private final SequencedMap<String, Path> hierarchies = new LinkedHashMap<>();

    CgroupsV1(Path mountedAt, String root) {
        this.mountedAt = mountedAt;
        this.root = root;
        for (String controller : CONTROLLERS) {
            Path mounted = mountedAt.resolve(controller);
            if (Files.isDirectory(mounted)) {
                hierarchies.put(controller, real(mounted));
            }
        }
        if (!hierarchies.containsKey("memory") || !hierarchies.containsKey("pids")) {
            throw new CgroupException(
                    "no memory and pids control groups are mounted at " + mountedAt);
        }
    }

    private static Path real(Path mounted) {
        try {
            return mounted.toRealPath();
        } catch (IOException e) {
            throw new CgroupException("failed to resolve " + mounted, e);
        }
    }

    @Override
    public synchronized void create(String group, Limits limits) {
        for (Path hierarchy : distinct()) {
            GroupFiles.makeDirectories(hierarchy.resolve(root).resolve(group));
        }
        limit(group, limits);
    }

    @Override
    public void limit(String group, Limits limits) {
        if (limits.memoryBytes() > 0) {
            limitMemory(path("memory", group), limits.memoryBytes());
        }
        if (limits.pids() > 0) {
            write("pids", group, "pids.max", limits.pids());
        }
        if (limits.cpuMillis() > 0 && hierarchies.containsKey("cpu")) {
            long quota = Math.max(1000, limits.cpuMillis() * CPU_PERIOD_MICROS / 1000);
            write("cpu", group, "cpu.cfs_period_us", CPU_PERIOD_MICROS);
            write("cpu", group, "cpu.cfs_quota_us", quota);
        }
        if (limits.cpuRequestMillis() > 0 && hierarchies.containsKey("cpu")) {
            write("cpu", group, "cpu.shares", shares(limits.cpuRequestMillis()));
        }
    }

    /// Memory may never exceed memory and swap together: whichever order keeps to that is taken.
    private static void limitMemory(Path group, long bytes) {
        Path memory = group.resolve("memory.limit_in_bytes");
        Path both = group.resolve("memory.memsw.limit_in_bytes");
        String value = Long.toString(bytes);
        if (!Files.exists(both)) {
            GroupFiles.write(memory, value);
        } else if (GroupFiles.readLong(both) < bytes) {
            GroupFiles.write(both, value);
            GroupFiles.write(memory, value);
        } else {
            GroupFiles.write(memory, value);
            GroupFiles.write(both, value);
        }
    }

    /// Kubernetes' shares for thousandths of a processor.
    static long shares(long millis) {
        return Math.clamp(millis * 1024 / 1000, 2, 262_144);
    }

    private void write(String controller, String group, String file, long value) {
        GroupFiles.write(path(controller, group).resolve(file), Long.toString(value));
    }

    @Override
    public List<Path> joinFiles(String group) {
        var files = new ArrayList<Path>();
        for (Path hierarchy : distinct()) {
            files.add(hierarchy.resolve(root).resolve(group).resolve("tasks"));
        }
        return files;
    }

    @Override
    public Optional<Path> cloneDirectory(String group) {
        return Optional.empty();
    }

    @Override
    public Path oomFile(String group) {
        return path("memory", group).resolve("memory.oom_control");
    }

    @Override
    public List<CgroupMount> mounts() {
        var byPlace = new LinkedHashMap<Path, List<String>>();
        hierarchies.forEach((controller, place) ->
                byPlace.computeIfAbsent(place, _ -> new ArrayList<>()).add(controller));
        var mounts = new ArrayList<CgroupMount>();
        byPlace.values().stream()
                .filter(controllers -> !controllers.equals(List.of("freezer")))
                .map(controllers -> String.join(",", controllers))
                .forEach(c -> mounts.add(new CgroupMount("/sys/fs/cgroup/" + c, false, c)));
        return mounts;
    }

    @Override
    public void kill(String group) {
        GroupFiles.checkName(group);
        Path counted = path("pids", group);
        if (!Files.isDirectory(counted)) {
            return;
        }
        Path freezer = path("freezer", group).resolve("freezer.state");
        for (int i = 0; i < KILL_TRIES; i++) {
            List<Long> left = tree(counted);
            if (left.isEmpty()) {
                return;
            }
            // Frozen, no process forks on while the others are killed; killed, it must thaw to end.
            thaw(freezer, "FROZEN");
            tree(counted).forEach(CgroupsV1::killProcess);
            thaw(freezer, "THAWED");
            GroupFiles.pause();
        }
    }

    private static void thaw(Path freezer, String state) {
        if (Files.exists(freezer)) {
            GroupFiles.write(freezer, state);
        }
    }

    private static void killProcess(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    private static List<Long> tree(Path group) {
        var pids = new ArrayList<>(GroupFiles.processes(group));
        GroupFiles.children(group).forEach(child -> pids.addAll(tree(child)));
        return pids;
    }

    @Override
    public boolean exists(String group) {
        return Files.isDirectory(path("memory", group));
    }

    @Override
    public synchronized void remove(String group) {
        GroupFiles.checkName(group);
        for (Path hierarchy : distinct()) {
            GroupFiles.removeUpwards(hierarchy.resolve(root), group);
        }
    }

    @Override
    public GroupUsage usage(String group) {
        Path memory = path("memory", group);
        long charged = GroupFiles.readLong(memory.resolve("memory.usage_in_bytes"));
        long dropped = GroupFiles.field(memory.resolve("memory.stat"), "total_inactive_file");
        return new GroupUsage(
                GroupFiles.readLong(path("cpuacct", group).resolve("cpuacct.usage")),
                Math.max(0, charged - dropped),
                GroupFiles.field(memory.resolve("memory.oom_control"), "oom_kill"),
                GroupFiles.readLong(path("pids", group).resolve("pids.current")));
    }

    private List<Path> distinct() {
        return hierarchies.values().stream().distinct().toList();
    }

    private Path path(String controller, String group) {
        Path hierarchy = hierarchies.getOrDefault(controller, mountedAt.resolve(controller));
        return hierarchy.resolve(root).resolve(group);
    }
}

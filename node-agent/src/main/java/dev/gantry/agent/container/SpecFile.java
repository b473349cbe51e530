package dev.gantry.agent.container;

import dev.gantry.agent.cgroup.CgroupMount;
import dev.gantry.agent.cgroup.Cgroups;
import dev.gantry.agent.container.LaunchFile.Payload;
import dev.gantry.agent.container.LaunchFile.Tag;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Turns what a container is into what the shim does: a pure function.
final class SpecFile {
    private static final int BIND = 1;
    private static final int PROC = 2;
    private static final int SYSFS = 3;
    private static final int MQUEUE = 4;
    private static final int DEVPTS = 5;
    private static final int TMPFS = 6;
    private static final String CGROUP_DIRECTORY = "/sys/fs/cgroup";
    private static final int CGROUP1 = 7;
    private static final int CGROUP2 = 8;
    private static final int DEV = 9;
    private static final int READ_ONLY = 1;
    private static final int NO_SUID = 2;
    private static final int NO_DEV = 4;
    private static final int NO_EXEC = 8;
    private static final int RECURSIVE = 16;
    private static final int ID_MAP = 32;
    private static final int OPTIONAL = 64;
    private static final int PLAIN = NO_SUID | NO_DEV | NO_EXEC;
    private static final int RLIMIT_NOFILE = 7;

    /// What Docker gives by way of systemd.
    private static final long OPEN_FILES = 1_048_576;

    private final ContainerSpec spec;
    private final Path directory;
    private final Cgroups cgroups;
    private final LaunchFile file = new LaunchFile();

    private SpecFile(ContainerSpec spec, Path directory, Cgroups cgroups) {
        this.spec = spec;
        this.directory = directory;
        this.cgroups = cgroups;
    }

    /// @param directory the container's state
    /// @param group the container's control group, which exists
    /// @param seccomp the filter; empty for none
    static LaunchFile of(
            ContainerSpec spec, Path directory, Cgroups cgroups, String group, byte[] seccomp) {
        var writer = new SpecFile(spec, directory, cgroups);
        writer.identity();
        writer.process(spec.process());
        writer.privileges(seccomp);
        writer.root();
        writer.mounts();
        writer.control(group);
        return writer.file;
    }

    private void identity() {
        Sandbox sandbox = spec.sandbox();
        file.string(Tag.ID, spec.id()).string(Tag.DIRECTORY, directory.toString());
        IdRange ids = sandbox.ids();
        if (ids != null) {
            file.string(Tag.USER_NS, sandbox.pin("user").toString());
            file.add(Tag.ID_RANGE, new Payload().wide(ids.hostStart()).number(ids.length()));
        }
        if (!sandbox.hostNetwork()) {
            file.string(Tag.NET_NS, sandbox.pin("net").toString());
        }
        if (!sandbox.hostIpc()) {
            file.string(Tag.IPC_NS, sandbox.pin("ipc").toString());
        }
        file.string(Tag.UTS_NS, sandbox.pin("uts").toString());
    }

    private void process(ProcessSpec process) {
        process.argv().forEach(a -> file.string(Tag.ARGUMENT, a));
        process.env().forEach(e -> file.string(Tag.ENVIRONMENT, e));
        file.string(Tag.WORK_DIRECTORY, process.cwd());
        user(file, process.user(), spec.sandbox().ids());
        int flags = LaunchFile.FLAG_OWN_CGROUP;
        flags |= spec.hostPid() ? 0 : LaunchFile.FLAG_OWN_PID;
        flags |= process.terminal() ? LaunchFile.FLAG_TERMINAL : 0;
        flags |= process.stdin() ? LaunchFile.FLAG_STDIN : 0;
        flags |= process.stdin() && process.stdinOnce() ? LaunchFile.FLAG_STDIN_ONCE : 0;
        flags |= spec.root().readOnly() ? LaunchFile.FLAG_READ_ONLY_ROOT : 0;
        flags |= spec.confinement().noNewPrivileges() ? LaunchFile.FLAG_NO_NEW_PRIVILEGES : 0;
        file.number(Tag.FLAGS, flags);
    }

    /// Writes a user, whose ids must be the pod's.
    static void user(LaunchFile file, User user, @org.jspecify.annotations.Nullable IdRange ids) {
        try {
            if (ids != null) {
                ids.host(user.uid());
                ids.host(user.gid());
                user.groups().forEach(ids::host);
            }
        } catch (IllegalArgumentException e) {
            throw new LaunchException("user", 0, "user " + user.uid() + ": " + e.getMessage());
        }
        file.add(Tag.USER, new Payload().number((int) user.uid()).number((int) user.gid()));
        user.groups().forEach(g -> file.number(Tag.GROUP, g.intValue()));
    }

    private void privileges(byte[] seccomp) {
        file.add(Tag.CAPABILITIES, new Payload().wide(capabilities()));
        if (seccomp.length > 0) {
            file.bytes(Tag.SECCOMP, seccomp);
        }
        file.number(Tag.OOM_SCORE, spec.oomScoreAdj());
        file.add(
                Tag.RESOURCE_LIMIT,
                new Payload().number(RLIMIT_NOFILE).wide(OPEN_FILES).wide(OPEN_FILES));
        spec.sysctls()
                .forEach((name, value) ->
                        file.add(
                                Tag.SYSCTL,
                                new Payload().string(name.replace('.', '/')).string(value)));
    }

    /// With the host's users a made device node would be the host's device: only a privileged
    /// container may make one. In a user namespace the kernel forbids it anyway.
    private long capabilities() {
        long bits = Capabilities.bits(spec.confinement().capabilities());
        boolean hostUsers = spec.sandbox().ids() == null;
        return hostUsers && !spec.confinement().privileged()
                ? bits & ~Capabilities.bits(List.of("MKNOD"))
                : bits;
    }

    private void root() {
        List<Path> layers = spec.root().layers();
        Path common = layers.getFirst().toAbsolutePath().getParent();
        for (Path layer : layers) {
            while (common != null && !layer.toAbsolutePath().startsWith(common)) {
                common = common.getParent();
            }
        }
        if (common == null) {
            throw new LaunchException("rootfs", 0, "a layer is the root directory");
        }
        file.string(Tag.LAYER_ROOT, common.toString());
        for (Path layer : layers) {
            file.string(Tag.LAYER, common.relativize(layer.toAbsolutePath()).toString());
        }
        file.string(Tag.UPPER, directory.resolve("upper").toString());
        file.string(Tag.WORK, directory.resolve("work").toString());
    }

    private void mounts() {
        Set<String> own = spec.mounts().stream().map(MountSpec::target).collect(Collectors.toSet());
        boolean privileged = spec.confinement().privileged();
        mount(PROC, PLAIN, "/proc", "proc", "");
        mount(DEV, NO_SUID, "/dev", "tmpfs", "");
        mount(
                DEVPTS,
                NO_SUID | NO_EXEC,
                "/dev/pts",
                "devpts",
                "newinstance,ptmxmode=0666,mode=0620,gid=5");
        if (!own.contains("/dev/shm")) {
            mount(TMPFS, PLAIN, "/dev/shm", "shm", "mode=1777,size=65536k");
        }
        mount(MQUEUE, PLAIN | OPTIONAL, "/dev/mqueue", "mqueue", "");
        mount(SYSFS, PLAIN | (privileged ? 0 : READ_ONLY), "/sys", "sysfs", "");
        cgroupMounts(privileged ? 0 : READ_ONLY);
        spec.mounts().forEach(this::own);
        devices(privileged);
        spec.confinement().maskedPaths().forEach(p -> file.string(Tag.MASK, p));
        spec.confinement().readOnlyPaths().forEach(p -> file.string(Tag.READ_ONLY, p));
        if (!privileged && !cgroups.mounts().getFirst().version2()) {
            // The directory that holds the hierarchies of version 1, which had to be writable
            // while they were mounted in it.
            file.string(Tag.READ_ONLY, CGROUP_DIRECTORY);
        }
    }

    private void cgroupMounts(int access) {
        List<CgroupMount> mounts = cgroups.mounts();
        if (!mounts.getFirst().version2()) {
            mount(TMPFS, PLAIN, CGROUP_DIRECTORY, "tmpfs", "mode=755,size=64k");
        }
        for (CgroupMount m : mounts) {
            int kind = m.version2() ? CGROUP2 : CGROUP1;
            mount(kind, PLAIN | access | OPTIONAL, m.target(), "cgroup", m.options());
        }
    }

    private void own(MountSpec mount) {
        if (mount.target().equals("/") || under(mount.target(), "/proc")) {
            throw new LaunchException(
                    "mount", 0, "mount " + mount.target() + ": nothing may be mounted there");
        }
        switch (mount) {
            case MountSpec.Bind b -> {
                int flags = RECURSIVE | (b.readOnly() ? READ_ONLY : 0);
                flags |= spec.confinement().privileged() ? 0 : NO_DEV;
                flags |= b.idMapped() && spec.sandbox().ids() != null ? ID_MAP : 0;
                mount(BIND, flags, b.target(), b.source().toString(), "");
            }
            case MountSpec.Tmpfs t -> {
                String size = t.sizeBytes() > 0 ? ",size=" + t.sizeBytes() : "";
                String options = "mode=" + Integer.toOctalString(t.mode()) + size;
                mount(TMPFS, NO_SUID | NO_DEV, t.target(), "tmpfs", options);
            }
        }
    }

    private static boolean under(String path, String parent) {
        String plain = Path.of(path).normalize().toString();
        return plain.equals(parent) || plain.startsWith(parent + "/");
    }

    private void mount(int kind, int flags, String target, String source, String options) {
        file.add(
                Tag.MOUNT,
                new Payload()
                        .number(kind)
                        .number(flags)
                        .string(target)
                        .string(source)
                        .string(options));
    }

    private void devices(boolean privileged) {
        List<DeviceNode> nodes =
                privileged
                        ? DeviceNode.all()
                        : DeviceNode.defaultsAnd(spec.confinement().devices());
        for (DeviceNode node : nodes) {
            file.add(
                    Tag.DEVICE,
                    new Payload()
                            .number(node.type())
                            .number(node.major())
                            .number(node.minor())
                            .number(node.permissions())
                            .string(node.path()));
        }
    }

    private void control(String group) {
        cgroups.joinFiles(group).forEach(p -> file.string(Tag.CGROUP_JOIN, p.toString()));
        cgroups.joinFiles(Cgroups.SHIMS).forEach(p -> file.string(Tag.SHIM_CGROUP, p.toString()));
        cgroups.cloneDirectory(group)
                .ifPresent(p -> file.string(Tag.CGROUP_DIRECTORY, p.toString()));
        file.string(Tag.OOM_FILE, cgroups.oomFile(group).toString());
        LogSpec log = spec.log();
        file.add(
                Tag.LOG,
                new Payload()
                        .wide(log.maxBytes())
                        .number(log.maxFiles())
                        .string(log.file().toAbsolutePath().toString()));
    }
}

package dev.gantry.agent.container;

import dev.gantry.agent.cgroup.Limits;
import dev.gantry.agent.log.LogQuery;
import dev.gantry.agent.log.LogReader;
import dev.gantry.agent.sys.LinuxSyscalls;
import dev.gantry.agent.sys.Syscalls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A runtime with a sandbox and a layer of busybox, all below one directory; cleaned up by close.
final class TestHost {
    static final IdRange IDS = new IdRange(1_000_000, IdRange.POD_LENGTH);

    private static final long WAIT_SECONDS = 60;

    final Path directory;
    final Syscalls syscalls = new LinuxSyscalls();
    final NativeRuntime runtime;
    final SandboxNamespaces namespaces;
    final BlockingQueue<ContainerExit> exits = new LinkedBlockingQueue<>();
    final String cgroupRoot;
    private final Sandbox sandbox;

    TestHost(Path directory) throws IOException {
        this(directory, "gantry-test-" + Long.toHexString(System.nanoTime()));
    }

    TestHost(Path directory, String cgroupRoot) throws IOException {
        this.directory = directory;
        this.cgroupRoot = cgroupRoot;
        this.namespaces = new SandboxNamespaces(syscalls, shim());
        this.runtime =
                new NativeRuntime(
                        new RuntimeConfig(directory.resolve("runtime"), shim(), cgroupRoot),
                        syscalls,
                        InstantSource.system());
        runtime.onExit(exits::add);
        if (!Files.exists(layer())) {
            busybox(layer());
        }
        Path pins = directory.resolve("sandbox");
        this.sandbox =
                Files.exists(pins.resolve("net"))
                        ? new Sandbox("s", pins, IDS, false, false, "web-0")
                        : namespaces.create("s", pins, SandboxOptions.isolated(IDS, "web-0"));
    }

    static Path shim() {
        return Path.of(System.getProperty("gantry.root"), "node-agent/target/shim/gantry-shim");
    }

    Path layer() {
        return directory.resolve("layers/busybox");
    }

    Sandbox sandbox() {
        return sandbox;
    }

    /// A root file system of busybox alone.
    static void busybox(Path layer) throws IOException {
        Path bin = Files.createDirectories(layer.resolve("bin"));
        Files.copy(Path.of("/usr/bin/busybox"), bin.resolve("busybox"));
        bin.resolve("busybox").toFile().setExecutable(true, false);
        for (String name :
                List.of(
                        "sh",
                        "cat",
                        "ls",
                        "id",
                        "true",
                        "echo",
                        "sleep",
                        "mount",
                        "head",
                        "dd",
                        "yes",
                        "stty",
                        "kill",
                        "umount",
                        "tr",
                        "od",
                        "seq",
                        "hostname",
                        "unshare",
                        "touch",
                        "chroot",
                        "mknod",
                        "readlink",
                        "wc",
                        "ps",
                        "env",
                        "pwd")) {
            Files.createSymbolicLink(bin.resolve(name), Path.of("busybox"));
        }
        Files.createDirectories(layer.resolve("etc"));
    }

    ContainerSpec spec(String id, ProcessSpec process) {
        return spec(id, process, Confinement.defaults(), List.of(), new Limits(0, 0, 0, 200));
    }

    ContainerSpec spec(
            String id,
            ProcessSpec process,
            Confinement confinement,
            List<MountSpec> mounts,
            Limits limits) {
        return new ContainerSpec(
                id,
                sandbox,
                new RootSpec(List.of(layer()), false),
                process,
                confinement,
                mounts,
                new CgroupSpec("burstable", "pod", limits),
                new LogSpec(directory.resolve(id + ".log"), 1 << 20, 3),
                new LinkedHashMap<>(),
                0,
                false);
    }

    /// Runs a shell script to its end.
    ContainerExit run(String id, String script) throws InterruptedException {
        return run(spec(id, ProcessSpec.of("/bin/sh", "-c", script)));
    }

    ContainerExit run(ContainerSpec spec) throws InterruptedException {
        runtime.launch(spec);
        return exit();
    }

    ContainerExit exit() throws InterruptedException {
        ContainerExit exit = exits.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (exit == null) {
            throw new AssertionError("no exit was reported");
        }
        return exit;
    }

    /// All that a container wrote, both streams in order.
    String output(String id) throws InterruptedException {
        return new String(bytes(id), StandardCharsets.UTF_8);
    }

    byte[] bytes(String id) throws InterruptedException {
        var out = new ByteArrayOutputStream();
        LogReader.read(
                directory.resolve(id + ".log"),
                LogQuery.ALL,
                () -> true,
                line -> {
                    out.writeBytes(line.content().toByteArray());
                    if (!line.partial()) {
                        out.write('\n');
                    }
                    return true;
                });
        return out.toByteArray();
    }

    /// Waits for a line in the log, by following it.
    void awaitLine(String id, String text) throws InterruptedException {
        var query = new LogQuery(true, LogQuery.ALL.tailLines(), LogQuery.ALL.since(), 0);
        LogReader.read(
                directory.resolve(id + ".log"),
                query,
                () -> false,
                line -> !line.content().toStringUtf8().contains(text));
    }

    void close() throws InterruptedException {
        for (StateDirectory state : StateDirectory.all(directory.resolve("runtime/containers"))) {
            runtime.remove(state.id());
        }
        runtime.close();
        namespaces.destroy(sandbox);
        namespaces.close();
        dev.gantry.agent.cgroup.Cgroups.detect(
                        dev.gantry.agent.cgroup.Cgroups.MOUNTED_AT, cgroupRoot)
                .remove(dev.gantry.agent.cgroup.Cgroups.SHIMS);
    }
}

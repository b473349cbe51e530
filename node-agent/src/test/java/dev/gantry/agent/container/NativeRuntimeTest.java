package dev.gantry.agent.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.agent.cgroup.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class NativeRuntimeTest {
    @TempDir Path directory;
    private TestHost host;

    @BeforeEach
    void start() throws IOException {
        host = new TestHost(directory);
    }

    @AfterEach
    void stop() throws InterruptedException {
        host.close();
    }

    @Test
    @Tag("vm")
    void everyNamespaceIsTheContainersOwn() throws Exception {
        host.run("a", "cd /proc/self/ns; for n in *; do echo $n $(readlink $n); done");

        for (String line : host.output("a").strip().split("\n", -1)) {
            String kind = line.split(" ", -1)[0];
            if (!kind.startsWith("time")) {
                Path ours = Files.readSymbolicLink(Path.of("/proc/self/ns/" + kind));
                assertThat(line).doesNotEndWith(ours.toString());
            }
        }
        assertThat(host.output("a")).contains("user user:", "cgroup cgroup:", "mnt mnt:");
    }

    @Test
    @Tag("vm")
    void rootInsideIsNobodyOutside() throws Exception {
        host.run("a", "touch /made; id -u");

        Path made = directory.resolve("runtime/containers/a/upper/made");
        assertThat(Files.getAttribute(made, "unix:uid")).isEqualTo(1_000_000);
        assertThat(host.output("a")).isEqualTo("0\n");
    }

    @Test
    @Tag("vm")
    void imageFilesBelongToRootInside() throws Exception {
        host.run("a", "ls -ln /bin/busybox");

        assertThat(host.output("a")).containsPattern(" 0 +0 ");
    }

    @Test
    @Tag("vm")
    void hostIsOutOfReach() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "x");

        host.run(
                "a",
                "cat %s; ls /proc/1/root%s; cd /..; ls; wc -l < /proc/self/mountinfo"
                        .formatted(secret, secret));

        assertThat(host.output("a")).doesNotContain("secret\n").contains("No such file");
    }

    @Test
    @Tag("vm")
    void privilegesAreDockersDefaults() throws Exception {
        host.run("a", "cat /proc/self/status");

        assertThat(host.output("a"))
                .contains("CapInh:\t0000000000000000", "CapAmb:\t0000000000000000")
                .contains("CapPrm:\t00000000a80425fb", "CapBnd:\t00000000a80425fb")
                .contains("Seccomp:\t2", "NoNewPrivs:\t0");
    }

    @Test
    @Tag("vm")
    void otherUserKeepsNoCapabilities() throws Exception {
        var process =
                new ProcessSpec(
                        List.of("/bin/sh", "-c", "id; cat /proc/self/status"),
                        List.of(ProcessSpec.DEFAULT_PATH),
                        "/",
                        new User(1000, 1001, List.of(7L)),
                        false,
                        false,
                        false);
        Confinement strict =
                Confinement.defaults()
                        .with(List.of("NET_RAW"), SeccompChoice.RUNTIME_DEFAULT, true);

        host.run(host.spec("a", process, strict, List.of(), Limits.NONE));

        assertThat(host.output("a"))
                .contains("uid=1000 gid=1001 groups=7")
                .contains("CapEff:\t0000000000000000", "CapBnd:\t0000000000002000")
                .contains("NoNewPrivs:\t1", "Seccomp:\t2");
    }

    @Test
    @Tag("vm")
    void seccompRefusesNewNamespacesAndMounts() throws Exception {
        host.run("a", "unshare -n true; echo $?; mount -t tmpfs t /etc; echo $?");

        assertThat(host.output("a")).contains("Operation not permitted").doesNotContain("\n0\n");
    }

    @Test
    @Tag("vm")
    void noDescriptorLeaks() throws Exception {
        host.run("a", "ls /proc/self/fd; ls /proc/1/fd; true");

        // The fourth is the directory that ls reads.
        assertThat(host.output("a")).isEqualTo("0\n1\n2\n3\n0\n1\n2\n");
    }

    @Test
    @Tag("vm")
    void maskedAndReadOnlyPathsHold() throws Exception {
        host.run(
                "a",
                "cat /proc/keys | wc -c; echo 1 > /proc/sys/vm/swappiness;"
                        + " ls /sys/firmware | wc -l; touch /sys/x; touch /proc/sys/x; echo end");

        assertThat(host.output("a")).startsWith("0\n").contains("\n0\n", "Read-only", "end\n");
    }

    @Test
    @Tag("vm")
    void exitCodesAndSignalsAreReported() throws Exception {
        assertThat(host.run("a", "exit 42").exitCode()).isEqualTo(42);
        assertThat(host.run("b", "exit 0").exitCode()).isZero();

        host.runtime.launch(host.spec("c", ProcessSpec.of("/bin/sleep", "1000")));
        host.runtime.kill("c");
        ContainerExit killed = host.exit();

        assertThat(killed.exitCode()).isEqualTo(137);
        assertThat(killed.signal()).isEqualTo(9);
        assertThat(killed.oomKilled()).isFalse();
        assertThat(killed.finishedAt()).isAfter(killed.startedAt());
    }

    @Test
    void signalReachesTheFirstProcess() throws Exception {
        String script = "trap 'echo got; exit 3' TERM; echo ready; while :; do sleep 0.1; done";
        host.runtime.launch(host.spec("a", ProcessSpec.of("/bin/sh", "-c", script)));
        host.awaitLine("a", "ready");

        host.runtime.signal("a", 15);

        assertThat(host.exit().exitCode()).isEqualTo(3);
        assertThat(host.output("a")).contains("got");
    }

    @Test
    @Tag("vm")
    void overEaterIsOomKilled() throws Exception {
        ContainerExit exit =
                host.run(
                        host.spec(
                                "a",
                                ProcessSpec.of(
                                        "/bin/sh", "-c", "x=a; while :; do x=$x$x$x$x; done"),
                                Confinement.defaults(),
                                List.of(),
                                new Limits(0, 0, 32 << 20, 50)));

        assertThat(exit.oomKilled()).as("%s", exit).isTrue();
    }

    @Test
    @Tag("vm")
    void limitsAreSeenInside() throws Exception {
        String files = "memory*/memory.limit_in_bytes pids/pids.max cpu/cpu.cfs_quota_us";
        if (Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"))) {
            files = "memory.max pids.max cpu.max";
        }

        host.run(
                host.spec(
                        "a",
                        ProcessSpec.of("/bin/sh", "-c", "cd /sys/fs/cgroup; cat " + files),
                        Confinement.defaults(),
                        List.of(),
                        new Limits(1500, 250, 64 << 20, 40)));

        assertThat(host.output("a")).startsWith("67108864\n40\n150000");
    }

    @Test
    @Tag("vm")
    void forkBombStopsAtItsLimit() throws Exception {
        String script = "i=0; while [ $i -lt 60 ]; do sleep 5 & i=$((i+1)); done; echo all";

        host.run(
                host.spec(
                        "a",
                        ProcessSpec.of("/bin/sh", "-c", script),
                        Confinement.defaults(),
                        List.of(),
                        new Limits(0, 0, 0, 20)));

        assertThat(host.output("a")).contains("can't fork").doesNotContain("all");
    }

    @Test
    void longAndBinaryOutputIsComplete() throws Exception {
        host.run("a", "head -c 300000 /dev/zero | tr '\\0' x; echo; head -c 70000 /dev/zero");

        byte[] bytes = host.bytes("a");
        assertThat(bytes).hasSize(370_001);
        assertThat(bytes[300_000]).isEqualTo((byte) '\n');
        assertThat(Arrays.copyOfRange(bytes, 300_001, 370_001)).containsOnly(0);
    }

    @Test
    void rotationKeepsWhatItPromises() throws Exception {
        host.run("a", "seq 1 60000");

        List<String> lines = host.output("a").lines().toList();
        assertThat(lines.getLast()).isEqualTo("60000");
        int first = Integer.parseInt(lines.getFirst());
        assertThat(lines).hasSize(60_000 - first + 1);
        assertThat(directory.resolve("a.log.2")).exists();
        assertThat(directory.resolve("a.log.3")).doesNotExist();
    }

    @Test
    @Tag("vm")
    void missingProgramIsNamedPlainly() {
        var spec = host.spec("a", ProcessSpec.of("/bin/nope"));

        assertThatThrownBy(() -> host.runtime.launch(spec))
                .isInstanceOf(LaunchException.class)
                .hasMessage("exec /bin/nope: no such file or directory");
        assertThat(directory.resolve("runtime/containers/a")).doesNotExist();
    }

    @Test
    void fileThatIsNoProgramIsNamedPlainly() throws Exception {
        Files.writeString(host.layer().resolve("etc/motd"), "hello");

        assertThatThrownBy(() -> host.runtime.launch(host.spec("a", ProcessSpec.of("/etc/motd"))))
                .hasMessage("exec /etc/motd: permission denied");
    }

    @Test
    void workingDirectoryBehindDescriptorsIsRefused() {
        for (int fd = 3; fd < 16; fd++) {
            String path = "/proc/self/fd/" + fd;
            var process =
                    new ProcessSpec(
                            List.of("/bin/sh"), List.of(), path, User.ROOT, false, false, false);

            assertThatThrownBy(() -> host.runtime.launch(host.spec("a", process)))
                    .as(path)
                    .isInstanceOf(LaunchException.class);
        }
    }

    @Test
    void imageWithLinkForProcIsRefused() throws Exception {
        for (String name : List.of("proc", "sys", "dev")) {
            Path link = Files.createSymbolicLink(host.layer().resolve(name), Path.of("etc"));

            assertThatThrownBy(() -> host.runtime.launch(host.spec("a", ProcessSpec.of("/bin/sh"))))
                    .hasMessageContaining("symbolic link in the image");
            Files.delete(link);
        }
    }

    @Test
    void volumeTargetThroughLinksStaysInside() throws Exception {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Path volume = Files.createDirectory(directory.resolve("volume"));
        Files.writeString(volume.resolve("f"), "in volume\n");
        Files.createSymbolicLink(
                host.layer().resolve("data"), Path.of("../../../../../../" + outside));

        var spec =
                host.spec(
                        "a",
                        ProcessSpec.of("/bin/sh", "-c", "cat /data/f"),
                        Confinement.defaults(),
                        List.of(new MountSpec.Bind(volume, "/data/x", false, false)),
                        Limits.NONE);

        // Inside, the link leads nowhere.
        assertThatThrownBy(() -> host.run(spec)).hasMessageContaining("mount /data/x");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    @Tag("vm")
    void volumesAreMappedReadOnlyAndMade() throws Exception {
        Path volume = Files.createDirectory(directory.resolve("volume"));
        Path single = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost\n");

        host.run(
                host.spec(
                        "a",
                        ProcessSpec.of(
                                "/bin/sh",
                                "-c",
                                "ls -lnd /v/w; touch /v/w/f; cat /etc/hosts; touch /etc/hosts;"
                                        + " echo x > /m/y; cat /m/y"),
                        Confinement.defaults(),
                        List.of(
                                new MountSpec.Bind(volume, "/v/w", false, true),
                                new MountSpec.Bind(single, "/etc/hosts", true, true),
                                new MountSpec.Tmpfs("/m", 1 << 20, 0700)),
                        Limits.NONE));

        assertThat(host.output("a"))
                .containsPattern("drwx.* 0 +0 ")
                .contains("127.0.0.1 localhost", "Read-only file system", "x\n");
        assertThat(Files.getAttribute(volume.resolve("f"), "unix:uid")).isEqualTo(0);
    }

    @Test
    @Tag("vm")
    void readOnlyRootRefusesWrites() throws Exception {
        var spec = host.spec("a", ProcessSpec.of("/bin/sh", "-c", "touch /x; touch /dev/shm/x"));

        host.run(
                new ContainerSpec(
                        spec.id(),
                        spec.sandbox(),
                        new RootSpec(spec.root().layers(), true),
                        spec.process(),
                        spec.confinement(),
                        spec.mounts(),
                        spec.cgroup(),
                        spec.log(),
                        spec.sysctls(),
                        0,
                        false));

        assertThat(host.output("a")).contains("/x: Read-only").doesNotContain("shm");
    }

    @Test
    @Tag("vm")
    void hundredLayersWork() throws Exception {
        var layers = new ArrayList<Path>(List.of(host.layer()));
        for (int i = 0; i < 120; i++) {
            Path layer = directory.resolve("layers/" + "f".repeat(64) + i);
            Files.writeString(Files.createDirectories(layer).resolve("n"), i + "\n");
            layers.add(layer);
        }
        var spec = host.spec("a", ProcessSpec.of("/bin/cat", "/n"));

        host.run(
                new ContainerSpec(
                        spec.id(),
                        spec.sandbox(),
                        new RootSpec(layers, false),
                        spec.process(),
                        spec.confinement(),
                        spec.mounts(),
                        spec.cgroup(),
                        spec.log(),
                        new LinkedHashMap<>(),
                        0,
                        false));

        assertThat(host.output("a")).isEqualTo("119\n");
    }

    @Test
    @Tag("vm")
    void programCannotReachTheShim() throws Exception {
        Files.writeString(host.layer().resolve("bin/evil"), "#!/proc/self/exe\n");
        host.layer().resolve("bin/evil").toFile().setExecutable(true, false);
        byte[] before = Files.readAllBytes(TestHost.shim());

        // It runs, as a program of the container: a sealed copy, which refuses to work unasked.
        assertThat(host.run(host.spec("a", ProcessSpec.of("/bin/evil"))).exitCode()).isEqualTo(2);
        assertThat(host.output("a")).contains("is started by the gantry agent");
        assertThat(Files.readAllBytes(TestHost.shim())).isEqualTo(before);
    }

    @Test
    @Tag("vm")
    void removeLeavesNothing() throws Exception {
        String nest = "mkdir() { busybox mkdir $@; }; for i in $(seq 400); do mkdir d; cd d; done";
        host.run("a", nest);
        host.runtime.launch(host.spec("b", ProcessSpec.of("/bin/sleep", "1000")));

        host.runtime.remove("a");
        host.runtime.remove("b");
        host.runtime.remove("b");

        assertThat(directory.resolve("runtime/containers")).isEmptyDirectory();
        assertThat(Path.of("/sys/fs/cgroup/memory", host.cgroupRoot, "burstable")).doesNotExist();
        assertThat(Path.of("/sys/fs/cgroup", host.cgroupRoot, "burstable")).doesNotExist();
    }

    @Test
    @Tag("vm")
    void usageCountsTheContainer() throws Exception {
        host.runtime.launch(
                host.spec("a", ProcessSpec.of("/bin/sh", "-c", "echo up; sleep 1000; true")));
        host.awaitLine("a", "up");

        Usage usage = host.runtime.usage("a");

        assertThat(usage.cpuNanos()).isPositive();
        assertThat(usage.memoryBytes()).isPositive();
        assertThat(usage.processes()).isEqualTo(2);
    }
}

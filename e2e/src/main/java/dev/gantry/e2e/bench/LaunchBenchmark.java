package dev.gantry.e2e.bench;

import dev.gantry.agent.cgroup.Limits;
import dev.gantry.agent.container.CgroupSpec;
import dev.gantry.agent.container.Confinement;
import dev.gantry.agent.container.ContainerExit;
import dev.gantry.agent.container.ContainerSpec;
import dev.gantry.agent.container.IdRange;
import dev.gantry.agent.container.LogSpec;
import dev.gantry.agent.container.NativeRuntime;
import dev.gantry.agent.container.ProcessSpec;
import dev.gantry.agent.container.RootSpec;
import dev.gantry.agent.container.RuntimeConfig;
import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.container.SandboxNamespaces;
import dev.gantry.agent.container.SandboxOptions;
import dev.gantry.agent.sys.LinuxSyscalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// From the spec of a container of `true` until its exit record is read, sandbox ready, against
/// `runc run` and `crun run` on the same root file system, in turns. Arguments: the shim, a scratch
/// directory, how many rounds.
public final class LaunchBenchmark {
    /// Prepares a bundle and times one run: crun refuses the hybrid layout of cgroups and gets
    /// version 2 alone, in a mount namespace that is made outside of the timing.
    private static final String PEER =
            """
            set -e; cd "$1"; peer=$2; n=$3
            command -v $peer >/dev/null; command -v jq >/dev/null
            rm -rf b-$peer; mkdir b-$peer; cd b-$peer; runc spec
            jq '.process.args=["/bin/true"]|.process.terminal=false|.root.readonly=true
              |.root.path="'"$1"'/layers/bb"|.linux.resources={}|.process.rlimits=[]' \
              config.json >c && mv c config.json
            run='for i in $(seq $2); do a=$EPOCHREALTIME; $1 --root ../state-$1 run x$i </dev/null \
              >/dev/null; b=$EPOCHREALTIME; echo $(( ${b/./} - ${a/./} )); done'
            if [ $peer = crun ] && [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
              exec unshare -m --propagation private bash -c 'umount -l /sys/fs/cgroup
                mount -t cgroup2 cgroup2 /sys/fs/cgroup; exec bash -c "$0" - $1 $2' "$run" $peer $n
            fi
            exec bash -c "$run" - $peer $n
            """;

    private static final List<String> PEERS = List.of("runc", "crun");
    private static final int WARM_UP = 200;
    private static final int PEER_BATCH = 10;

    private final Path directory;
    private final NativeRuntime runtime;
    private final Sandbox sandbox;
    private final BlockingQueue<ContainerExit> exits = new LinkedBlockingQueue<>();
    private int count;

    private LaunchBenchmark(Path directory, NativeRuntime runtime, Sandbox sandbox) {
        this.directory = directory;
        this.runtime = runtime;
        this.sandbox = sandbox;
        runtime.onExit(exits::add);
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path shim = Path.of(arguments[0]);
        Path directory = Path.of(arguments[1]).toAbsolutePath();
        int rounds = Integer.parseInt(arguments[2]);
        layer(directory.resolve("layers/bb"));
        var syscalls = new LinuxSyscalls();
        var config = new RuntimeConfig(directory.resolve("runtime"), shim, "gantry-bench");
        var namespaces = new SandboxNamespaces(syscalls, shim);
        var runtime = new NativeRuntime(config, syscalls, InstantSource.system());
        Sandbox sandbox =
                namespaces.create(
                        "bench",
                        directory.resolve("sandbox"),
                        SandboxOptions.isolated(
                                new IdRange(1_000_000, IdRange.POD_LENGTH), "bench"));
        try {
            var benchmark = new LaunchBenchmark(directory, runtime, sandbox);
            benchmark.measure(rounds).print();
        } finally {
            runtime.close();
            namespaces.destroy(sandbox);
            namespaces.close();
        }
    }

    private Report measure(int rounds) throws IOException, InterruptedException {
        Report report = new Report("launch");
        for (int i = 0; i < WARM_UP; i++) {
            launch();
        }
        List<Double> own = new ArrayList<>();
        Map<String, List<Double>> peers = new LinkedHashMap<>();
        for (int done = 0; done < rounds; done += PEER_BATCH) {
            for (int i = 0; i < PEER_BATCH; i++) {
                own.add(launch());
            }
            for (String name : PEERS) {
                peers.computeIfAbsent(name, _ -> new ArrayList<>()).addAll(peer(name));
            }
            System.err.println("launch: " + own.size() + " of " + rounds);
        }
        report.add(Samples.millis("gantry", own));
        peers.forEach((name, millis) ->
                report.add(
                        millis.isEmpty()
                                ? new Absent(name, "it did not run: see standard error")
                                : Samples.millis(name, millis)));
        return report;
    }

    private double launch() throws InterruptedException {
        String id = "b" + count++;
        var spec =
                new ContainerSpec(
                        id,
                        sandbox,
                        new RootSpec(List.of(directory.resolve("layers/bb")), false),
                        ProcessSpec.of("/bin/true"),
                        Confinement.defaults(),
                        List.of(),
                        new CgroupSpec("burstable", "bench", new Limits(0, 0, 0, 100)),
                        LogSpec.of(directory.resolve("log")),
                        new LinkedHashMap<>(),
                        0,
                        false);
        long start = System.nanoTime();
        runtime.launch(spec);
        ContainerExit exit = exits.take();
        double millis = (System.nanoTime() - start) / 1e6;
        if (exit.exitCode() != 0) {
            throw new IllegalStateException("true failed: " + exit);
        }
        runtime.remove(id);
        return millis;
    }

    private List<Double> peer(String name) throws IOException, InterruptedException {
        Process shell =
                new ProcessBuilder(
                                "bash",
                                "-c",
                                PEER,
                                "peer",
                                directory.toString(),
                                name,
                                Integer.toString(PEER_BATCH))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (shell.waitFor() != 0) {
            System.err.println(name + " does not run here");
            return List.of();
        }
        return out.lines().map(micros -> Double.parseDouble(micros) / 1000).toList();
    }

    private static void layer(Path layer) throws IOException {
        Path bin = Files.createDirectories(layer.resolve("bin"));
        if (!Files.exists(bin.resolve("true"))) {
            Files.copy(Path.of("/usr/bin/busybox"), bin.resolve("busybox"));
            Files.createSymbolicLink(bin.resolve("true"), Path.of("busybox"));
            for (String mountPoint : List.of("proc", "sys", "dev")) {
                Files.createDirectories(layer.resolve(mountPoint));
            }
        }
    }
}

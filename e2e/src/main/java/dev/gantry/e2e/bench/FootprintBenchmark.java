package dev.gantry.e2e.bench;

import dev.gantry.api.v1.ResourcesGrpc;
import dev.gantry.api.v1.WriteRequest;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Memory (PSS) and CPU of each daemon and of all shims, idle and with pods; beside them, those of
/// Docker's engine. Arguments: the repository's folder, how many pods.
public final class FootprintBenchmark {
    private static final Duration SETTLE = Duration.ofSeconds(20);
    private static final Duration WINDOW = Duration.ofSeconds(4);
    private static final int WINDOWS = 5;

    private final Report report;

    private FootprintBenchmark(Report report) {
        this.report = report;
    }

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(arguments[0]).toAbsolutePath();
        int count = Integer.parseInt(arguments[1]);
        var benchmark = new FootprintBenchmark(new Report("footprint"));
        benchmark.gantry(root, count);
        benchmark.docker(root, count);
        benchmark.report.print();
    }

    private void gantry(Path root, int count) throws IOException, InterruptedException {
        try (BenchCluster cluster = BenchCluster.start(root)) {
            measure("idle", daemons(cluster));
            ManagedChannel channel = cluster.connect();
            var resources = ResourcesGrpc.newBlockingStub(channel);
            for (int i = 0; i < count; i++) {
                var pod = BenchCluster.pod("foot-" + i);
                var _ = resources.create(WriteRequest.newBuilder().addObjects(pod).build());
            }
            Map<String, List<Long>> daemons = daemons(cluster);
            // A shim runs from a sealed file in memory: its own name is what tells it.
            daemons.put("gantry shims", Processes.startingWith("gantry-shim"));
            while (daemons.get("gantry shims").size() < count) {
                Thread.sleep(SETTLE.dividedBy(20));
                daemons.put("gantry shims", Processes.startingWith("gantry-shim"));
            }
            measure(count + " pods", daemons);
            channel.shutdownNow();
        }
    }

    private static Map<String, List<Long>> daemons(BenchCluster cluster) throws IOException {
        Map<String, List<Long>> daemons = new TreeMap<>();
        for (String role : List.of("etcd", "server", "agent", "supervisor")) {
            daemons.put("gantry " + role, List.of(cluster.pid(role)));
        }
        return daemons;
    }

    private void docker(Path root, int count) throws IOException, InterruptedException {
        try (Engines engines = Engines.start(root)) {
            Map<String, List<Long>> daemons = engines.dockerProcesses();
            if (daemons.isEmpty()) {
                report.add(new Absent("dockerd", "its engine did not start"));
                return;
            }
            measure("idle", daemons);
            engines.fill("docker", count);
            measure(count + " containers", engines.dockerProcesses());
        }
    }

    private void measure(String state, Map<String, List<Long>> groups) throws InterruptedException {
        System.err.println("footprint: " + groups.keySet() + ", " + state);
        Thread.sleep(SETTLE);
        Map<String, List<Double>> memory = new TreeMap<>();
        Map<String, List<Double>> cpu = new TreeMap<>();
        Map<String, Double> before = new TreeMap<>();
        groups.forEach((name, pids) -> before.put(name, Processes.seconds(pids)));
        for (int i = 0; i < WINDOWS; i++) {
            Thread.sleep(WINDOW);
            groups.forEach((name, pids) -> {
                double now = Processes.seconds(pids);
                double used = now - before.put(name, now);
                memory.computeIfAbsent(name, _ -> new ArrayList<>()).add(Processes.memory(pids));
                cpu.computeIfAbsent(name, _ -> new ArrayList<>())
                        .add(100 * used / WINDOW.toSeconds());
            });
        }
        memory.forEach(
                (name, values) -> report.add(new Samples(name + ", " + state, "MiB", values)));
        cpu.forEach((name, values) ->
                report.add(new Samples(name + ", " + state, "% of a core", values)));
    }
}

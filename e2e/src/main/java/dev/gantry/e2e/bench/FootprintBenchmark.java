package dev.gantry.e2e.bench;

import dev.gantry.api.v1.ResourcesGrpc;
import dev.gantry.api.v1.WriteRequest;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Resident memory (PSS) and CPU of each daemon and of all shims, idle and with pods. Arguments:
/// the repository's folder, how many pods.
public final class FootprintBenchmark {

    private static final Duration SETTLE = Duration.ofSeconds(20);
    private static final Duration MEASURE = Duration.ofSeconds(20);
    private static final int TICKS_PER_SECOND = 100;

    private FootprintBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[1]);
        List<String> results = new ArrayList<>();
        try (BenchCluster cluster = BenchCluster.start(Path.of(arguments[0]).toAbsolutePath())) {
            results.addAll(measure(cluster, "idle"));
            ManagedChannel channel = cluster.connect();
            for (int i = 0; i < count; i++) {
                var _ =
                        ResourcesGrpc.newBlockingStub(channel)
                                .create(
                                        WriteRequest.newBuilder()
                                                .addObjects(BenchCluster.pod("foot-" + i))
                                                .build());
            }
            results.addAll(measure(cluster, count + " pods"));
            channel.shutdownNow();
        }
        System.out.println(
                "{\"benchmark\":\"footprint\",\"results\":[" + String.join(",", results) + "]}");
    }

    private static List<String> measure(BenchCluster cluster, String state)
            throws IOException, InterruptedException {
        Thread.sleep(SETTLE);
        Map<String, List<Long>> groups = groups(cluster);
        Map<String, Long> before = ticks(groups);
        Thread.sleep(MEASURE);
        Map<String, Long> after = ticks(groups);
        List<String> lines = new ArrayList<>();
        for (var group : groups.entrySet()) {
            long kib = 0;
            for (long pid : group.getValue()) {
                kib += pss(pid);
            }
            long used = after.getOrDefault(group.getKey(), 0L);
            used -= before.getOrDefault(group.getKey(), 0L);
            double percent = 100.0 * used / TICKS_PER_SECOND / MEASURE.toSeconds();
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "{\"subject\":\"%s, %s\",\"processes\":%d,\"pssMiB\":%.1f,"
                                    + "\"cpuPercent\":%.2f}",
                            group.getKey(),
                            state,
                            group.getValue().size(),
                            kib / 1024.0,
                            percent));
        }
        return lines;
    }

    private static Map<String, List<Long>> groups(BenchCluster cluster) throws IOException {
        Map<String, List<Long>> groups = new TreeMap<>();
        for (String role : List.of("etcd", "server", "agent", "supervisor")) {
            groups.put(role, List.of(cluster.pid(role)));
        }
        groups.put("shims", shims());
        return groups;
    }

    // A shim runs from a sealed file in memory: its own name is what tells it.
    private static List<Long> shims() {
        List<Long> found = new ArrayList<>();
        ProcessHandle.allProcesses()
                .forEach(process -> {
                    try {
                        String name =
                                Files.readString(
                                        Path.of("/proc/" + process.pid() + "/cmdline"),
                                        StandardCharsets.ISO_8859_1);
                        if (name.startsWith("gantry-shim")) {
                            found.add(process.pid());
                        }
                    } catch (IOException _) {
                        // It has ended meanwhile.
                    }
                });
        return found;
    }

    private static Map<String, Long> ticks(Map<String, List<Long>> groups) {
        Map<String, Long> ticks = new TreeMap<>();
        groups.forEach((name, pids) ->
                ticks.put(name, pids.stream().mapToLong(FootprintBenchmark::ticks).sum()));
        return ticks;
    }

    // User and system time: fields 14 and 15 of proc(5)'s stat, counted after the command's name.
    private static long ticks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException _) {
            return 0;
        }
    }

    private static long pss(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
                if (line.startsWith("Pss:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException _) {
            // It has ended meanwhile.
        }
        return 0;
    }
}

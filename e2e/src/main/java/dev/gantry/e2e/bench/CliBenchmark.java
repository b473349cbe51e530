package dev.gantry.e2e.bench;

import dev.gantry.api.v1.ResourcesGrpc;
import dev.gantry.api.v1.WriteRequest;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// From the start of the command until it has ended: `gantry get pods` of ten pods and `gantry
/// version`, beside what any program on a JVM takes, and beside other clients that are installed
/// and answer without a server. All in turns. Arguments: the repository's folder, how many rounds.
public final class CliBenchmark {
    private static final int PODS = 10;
    private static final int WARM_UP = 3;
    private static final File NOWHERE = new File("/dev/null");

    private final Path config;
    private final Map<String, List<String>> commands = new LinkedHashMap<>();
    private final Map<String, List<Double>> times = new LinkedHashMap<>();

    private CliBenchmark(Path config) {
        this.config = config;
    }

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(arguments[0]).toAbsolutePath();
        int rounds = Integer.parseInt(arguments[1]);
        Report report = new Report("cli");
        try (BenchCluster cluster = BenchCluster.start(root)) {
            fill(cluster);
            var benchmark = new CliBenchmark(cluster.config());
            String gantry = root.resolve("target/gantry/bin/gantry").toString();
            String java = root.resolve("target/gantry/runtime/bin/java").toString();
            benchmark.add("gantry get pods", gantry, "get", "pods");
            benchmark.add("gantry version", gantry, "version");
            benchmark.add("gantry version --client", gantry, "version", "--client");
            benchmark.add("java -version", java, "-XX:+UseSerialGC", "-version");
            benchmark.addInstalled(report, "kubectl version --client");
            benchmark.addInstalled(report, "docker --version");
            benchmark.addInstalled(report, "podman --version");
            benchmark.measure(rounds);
            benchmark.times.forEach(
                    (subject, millis) -> report.add(Samples.millis(subject, millis)));
        }
        report.print();
    }

    private static void fill(BenchCluster cluster) throws IOException {
        var channel = cluster.connect();
        var request = WriteRequest.newBuilder();
        for (int i = 0; i < PODS; i++) {
            request.addObjects(BenchCluster.pod("cli-" + i));
        }
        var written = ResourcesGrpc.newBlockingStub(channel).create(request.build());
        channel.shutdownNow();
        if (written.getResultsCount() != PODS) {
            throw new IOException("the pods were not made: " + written);
        }
    }

    private void add(String subject, String... command) {
        commands.put(subject, List.of(command));
    }

    private void addInstalled(Report report, String command) {
        String[] words = command.split(" ", -1);
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, words[0]))) {
                add(command, words);
                return;
            }
        }
        report.add(new Absent(command, words[0] + " is not installed"));
    }

    private void measure(int rounds) throws IOException, InterruptedException {
        for (int round = -WARM_UP; round < rounds; round++) {
            for (var command : commands.entrySet()) {
                double millis = time(command.getValue());
                if (round >= 0) {
                    times.computeIfAbsent(command.getKey(), _ -> new ArrayList<>()).add(millis);
                }
            }
        }
    }

    private double time(List<String> command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command);
        builder.environment().put("GANTRY_CONFIG", config.toString());
        builder.redirectErrorStream(true).redirectOutput(NOWHERE);
        long start = System.nanoTime();
        int code = builder.start().waitFor();
        double millis = (System.nanoTime() - start) / 1e6;
        if (code != 0) {
            throw new IOException(command + " ended with " + code);
        }
        return millis;
    }
}

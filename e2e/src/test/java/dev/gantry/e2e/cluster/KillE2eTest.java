package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Kills the daemons in any order, under load, and looks at what users care for afterwards: the
/// same processes, the right numbers, whole logs.
@Tag("e2e")
class KillE2eTest {

    private static final Duration SOON = Duration.ofSeconds(90);
    private static final int SEQUENCES = Integer.getInteger("gantry.kill.sequences", 10);
    private static final List<String> ROLES = List.of("agent", "server", "etcd");

    @Test
    void whatRunsGoesOnAndWhatWasAskedForComesTrue() throws Exception {
        try (Cluster cluster = Cluster.startWithImage()) {
            cluster.apply(counter()).orFail();
            Await.until(SOON, () -> assertThat(phase(cluster, "counter")).isEqualTo("Running"));
            List<Long> before = processes("counting-forever");
            assertThat(before).isNotEmpty();
            long seed = Long.getLong("gantry.seed", 1);
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < SEQUENCES; i++) {
                int wanted = 1 + random.nextInt(4);
                List<String> killed = new ArrayList<>();
                for (int k = 0; k < 1 + random.nextInt(3); k++) {
                    String role = ROLES.get(random.nextInt(ROLES.size()));
                    if (isAlive(cluster, role)) {
                        cluster.kill(role);
                        killed.add(role);
                    }
                }
                String story = "seed " + seed + ", round " + i + ", killed " + killed;
                applyUntilTaken(cluster, wanted);
                Await.until(
                        SOON,
                        () ->
                                assertThat(available(cluster))
                                        .as(() -> story + "\n" + cluster.logs())
                                        .isEqualTo(Integer.toString(wanted)));
                assertThat(processes("counting-forever")).as(story).isEqualTo(before);
            }
            Await.until(SOON, () -> assertThat(cluster.gantry("logs", "counter").exit()).isZero());
            assertCounts(cluster.gantry("logs", "counter").orFail());
        }
    }

    @Test
    void exitWhileTheAgentIsAwayIsReportedWithItsCode() throws Exception {
        try (Cluster cluster = Cluster.startWithImage()) {
            cluster.apply(
                            Workloads.pod(
                                    "brief",
                                    "Never",
                                    "while [ ! -e /tmp/go ]; do sleep 0.1; done; echo bye; exit 9"))
                    .orFail();
            Await.until(SOON, () -> assertThat(phase(cluster, "brief")).isEqualTo("Running"));
            List<Long> shells = processes("/tmp/go");
            assertThat(shells).isNotEmpty();

            cluster.kill("agent");
            Files.createFile(Path.of("/proc/" + shells.getLast() + "/root/tmp/go"));

            Await.until(SOON, () -> assertThat(phase(cluster, "brief")).isEqualTo("Failed"));
            assertThat(
                            cluster.gantry(
                                            "get",
                                            "pod",
                                            "brief",
                                            "-o",
                                            "jsonpath={.status.containerStatuses[0]"
                                                    + ".state.terminated.exitCode}")
                                    .orFail())
                    .isEqualTo("9");
            assertThat(cluster.gantry("logs", "brief").orFail()).isEqualTo("bye\n");
        }
    }

    private static boolean isAlive(Cluster cluster, String role) {
        try {
            return Files.exists(Path.of("/proc/" + cluster.pid(role)));
        } catch (AssertionError _) {
            return false;
        }
    }

    private static void applyUntilTaken(Cluster cluster, int replicas) {
        Await.until(
                SOON,
                () -> {
                    Command.Result result = cluster.apply(deployment(replicas));
                    assertThat(result.exit())
                            .as(() -> result.out() + result.err() + cluster.logs())
                            .isZero();
                });
    }

    private static String phase(Cluster cluster, String pod) {
        return cluster.gantry("get", "pod", pod, "-o", "jsonpath={.status.phase}").out().strip();
    }

    private static String available(Cluster cluster) {
        return cluster.gantry(
                        "get", "deployment", "load", "-o", "jsonpath={.status.availableReplicas}")
                .out()
                .strip();
    }

    // Ids of processes on this host whose command line contains a text, this test's own left out.
    private static List<Long> processes(String text) {
        List<Long> found = new ArrayList<>();
        ProcessHandle.allProcesses()
                .sorted()
                .forEach(process -> {
                    try {
                        String line =
                                Files.readString(
                                        Path.of("/proc/" + process.pid() + "/cmdline"),
                                        StandardCharsets.ISO_8859_1);
                        if (line.startsWith("sh\0-c") && line.contains(text)) {
                            found.add(process.pid());
                        }
                    } catch (IOException _) {
                        // It has ended meanwhile.
                    }
                });
        return found;
    }

    // Every number once and in order: no line was lost or told twice.
    private static void assertCounts(String log) {
        List<String> lines = log.lines().toList();
        assertThat(lines).isNotEmpty();
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).isEqualTo("counting-forever " + i);
        }
    }

    private static String counter() {
        return Workloads.pod(
                "counter",
                "Never",
                "i=0; while true; do echo counting-forever $i; i=$((i+1)); sleep 0.05; done");
    }

    private static String deployment(int replicas) {
        return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: load}
        spec:
          replicas: %d
          selector: {matchLabels: {app: load}}
          template:
            metadata: {labels: {app: load}}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - {name: web, image: "%s"}
        """
                .formatted(replicas, Workloads.IMAGE);
    }
}

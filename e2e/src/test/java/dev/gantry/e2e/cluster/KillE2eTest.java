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
    private static final int SEQUENCES = Integer.getInteger("gantry.kill.sequences", 50);

    // A pod finishes during each so-many-th sequence; the others are shorter.
    private static final int FINISHING_EVERY = 5;
    private static final String EXIT_CODE =
            "{.status.containerStatuses[0].state.terminated.exitCode}";
    private static final List<String> ROLES = List.of("agent", "server", "etcd");

    @Test
    void whatRunsGoesOnAndWhatWasAskedForComesTrue() throws Exception {
        try (Cluster cluster = Cluster.startWithImage()) {
            cluster.apply(counter()).orFail();
            cluster.awaitPhase("counter", "Running");
            List<Long> before = processes("counting-forever");
            assertThat(before).hasSize(1);
            long seed = Long.getLong("gantry.seed", 1);
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < SEQUENCES; i++) {
                String story = "seed " + seed + ", round " + i;
                sequence(cluster, random.split(), story, i % FINISHING_EVERY == 0, i);
                assertThat(processes("counting-forever")).as(story).isEqualTo(before);
            }
            Await.until(SOON, () -> assertCounts(cluster.gantry("logs", "counter").orFail()));
        }
    }

    // One sequence: what is asked for changes and daemons are killed, in either order.
    private static void sequence(
            Cluster cluster, SplittableRandom random, String story, boolean finishing, int number)
            throws IOException {
        int wanted = 1 + random.nextInt(4);
        int code = 1 + number % 100;
        String brief = "brief-" + number;
        if (finishing) {
            applyUntilTaken(cluster, Workloads.pod(brief, "Never", brief(number, code)));
            Await.until(SOON, () -> assertThat(processes("/go-" + number)).as(story).hasSize(1));
        }
        if (random.nextBoolean()) {
            applyUntilTaken(cluster, deployment(wanted));
            killSome(cluster, random);
        } else {
            killSome(cluster, random);
            applyUntilTaken(cluster, deployment(wanted));
        }
        if (finishing) {
            long shell = processes("/go-" + number).getFirst();
            Files.createFile(Path.of("/proc/" + shell + "/root/tmp/go-" + number));
        }
        Await.until(
                SOON,
                () -> {
                    assertThat(processes("load-worker"))
                            .as(() -> story + "\n" + cluster.logs())
                            .hasSize(wanted);
                    assertThat(available(cluster))
                            .as(() -> story + "\n" + cluster.logs())
                            .isEqualTo(Integer.toString(wanted));
                });
        if (finishing) {
            assertFinished(cluster, brief, code, story);
        }
    }

    private static void killSome(Cluster cluster, SplittableRandom random) {
        int kills = 1 + random.nextInt(3);
        for (int k = 0; k < kills; k++) {
            String role = ROLES.get(random.nextInt(ROLES.size()));
            if (isAlive(cluster, role)) {
                cluster.kill(role);
            }
        }
    }

    private static void assertFinished(Cluster cluster, String pod, int code, String story) {
        Await.until(
                SOON,
                () ->
                        assertThat(cluster.field("pod", pod, EXIT_CODE))
                                .as(() -> story + "\n" + cluster.logs())
                                .isEqualTo(Integer.toString(code)));
        Await.until(
                SOON,
                () ->
                        assertThat(cluster.gantry("logs", pod).orFail())
                                .as(story)
                                .isEqualTo("bye " + code + "\n"));
    }

    private static String brief(int number, int code) {
        return "while [ ! -e /tmp/go-%1$d ]; do sleep 0.1; done; echo bye %2$d; exit %2$d"
                .formatted(number, code);
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
            assertThat(cluster.field("pod", "brief", EXIT_CODE)).isEqualTo("9");
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

    private static void applyUntilTaken(Cluster cluster, String manifest) {
        Await.until(
                SOON,
                () -> {
                    Command.Result result = cluster.apply(manifest);
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
              - name: main
                image: "%s"
                command: [sh, -c, "while :; do sleep 5; done # load-worker"]
        """
                .formatted(replicas, Workloads.IMAGE);
    }
}

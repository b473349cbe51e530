package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What happens to containers that want more than their share.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
class LimitsE2eTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int LIMITED = 330_001;
    private static final int BOMB = 330_007;
    // The number of processes that a container may have (docs/applications.md).
    private static final long PIDS = 4096;

    private final Cluster cluster;

    LimitsE2eTest(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    static void start(Cluster cluster) {
        cluster.apply(
                        Workloads.pod("eater", "Never", "tail /dev/zero")
                                + "    resources: {limits: {memory: 32Mi}}\n---\n"
                                + Workloads.pod("limited", "Always", "exec sleep " + LIMITED)
                                + "    resources: {limits: {memory: 48Mi, cpu: 250m}}\n---\n"
                                + Workloads.pod("spinner", "Always", "while :; do :; done")
                                + "    resources: {limits: {cpu: 50m}}\n")
                .orFail();
    }

    @AfterAll
    static void delete(Cluster cluster) {
        cluster.gantry("delete", "pod", "eater", "limited", "spinner").orFail();
    }

    @Test
    void overEaterIsKilledAndItsPodSaysSo() {
        cluster.awaitPhase("eater", "Failed");

        String end = "{.status.containerStatuses[0].state.terminated.%s}";
        assertThat(cluster.field("pod", "eater", end.formatted("reason"))).isEqualTo("OOMKilled");
        assertThat(cluster.field("pod", "eater", end.formatted("exitCode"))).isEqualTo("137");
    }

    @Test
    void limitsStandInTheControlGroup() {
        cluster.awaitPhase("limited", "Running");
        long process = Pods.sleeper(LIMITED);
        Path memory = Pods.controlGroup(process, "memory");
        Path cpu = Pods.controlGroup(process, "cpu");
        Path processes = Pods.controlGroup(process, "pids");

        assertThat(either(memory, "memory.max", "memory.limit_in_bytes"))
                .isEqualTo(Long.toString(48L << 20));
        assertThat(either(processes, "pids.max", "pids.max")).isEqualTo(Long.toString(PIDS));
        if (Files.exists(cpu.resolve("cpu.max"))) {
            assertThat(Pods.read(cpu.resolve("cpu.max")).strip()).isEqualTo("25000 100000");
        } else {
            assertThat(Pods.read(cpu.resolve("cpu.cfs_quota_us")).strip()).isEqualTo("25000");
            assertThat(Pods.read(cpu.resolve("cpu.cfs_period_us")).strip()).isEqualTo("100000");
        }
    }

    private static String either(Path group, String version2, String version1) {
        Path file = group.resolve(version2);
        return Pods.read(Files.exists(file) ? file : group.resolve(version1)).strip();
    }

    @Test
    void forkBombStopsAtItsLimitAndNobodyElseIsHurt() {
        cluster.apply(
                        Workloads.pod(
                                "bomb",
                                "Never",
                                "sh -c 'while sleep %d & do :; done'; echo over; exec sleep %d"
                                        .formatted(BOMB, LIMITED + 1)))
                .orFail();
        Await.until(
                SOON.multipliedBy(3),
                () -> assertThat(cluster.gantry("logs", "bomb").out()).contains("over"));

        assertThat(cluster.gantry("logs", "bomb").orFail()).contains("can't fork");
        Path group = Pods.controlGroup(Pods.sleeper(LIMITED + 1), "pids");
        assertThat(Long.parseLong(Pods.read(group.resolve("pids.current")).strip()))
                .isBetween(PIDS - 10, PIDS);
        assertThat(cluster.gantry("exec", "limited", "--", "echo", "still here").orFail())
                .isEqualTo("still here\n");
        cluster.gantry("delete", "pod", "bomb").orFail();
        Await.until(
                SOON, () -> assertThat(Pods.processes("sleep\0" + BOMB + "\0").size()).isZero());
    }

    @Test
    void containerOverItsShareOfTheProcessorIsHeldBack() {
        cluster.awaitPhase("spinner", "Running");
        List<Long> found = Pods.processes("sh\0-c\0while :; do :; done\0");
        assertThat(found).hasSize(1);
        Path group = Pods.controlGroup(found.getFirst(), "cpu");

        Await.until(
                SOON,
                () ->
                        assertThat(Pods.read(group.resolve("cpu.stat")).lines())
                                .anySatisfy(line ->
                                        assertThat(line).matches("nr_throttled [1-9]\\d*")));
    }
}

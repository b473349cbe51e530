package dev.gantry.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.loop.SeededTest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchedulerTest {

    private static final long GIB = 1L << 30;

    private final ClusterColumns cluster = new ClusterColumns();
    private final Scheduler scheduler = new Scheduler(new SplittableRandom(1));

    private static NodeSpec node(String name, long milliCpu, long memory) {
        return new NodeSpec(
                name,
                new Requests(milliCpu, memory, Map.of()),
                110,
                Map.of("kubernetes.io/hostname", name),
                List.of(),
                false);
    }

    private static PodTemplate asking(long milliCpu, long memory) {
        return PodTemplate.of(new Requests(milliCpu, memory, Map.of()));
    }

    private Decision schedule(String uid, PodTemplate template) {
        return scheduler.schedule(cluster, uid, template);
    }

    private static String message(Decision decision) {
        return ((Decision.Unschedulable) decision).message();
    }

    @Test
    void emptyClusterSaysThatNoNodeHasJoined() {
        Decision decision = schedule("a", asking(100, 0));

        assertThat(message(decision)).isEqualTo("0/0 nodes: no node has joined the cluster yet");
    }

    @Test
    void leastAllocatedNodeWins() {
        cluster.upsertNode(node("n1", 4000, 8 * GIB));
        cluster.upsertNode(node("n2", 4000, 8 * GIB));
        cluster.addPod("other", "n1", asking(1000, GIB));

        assertThat(schedule("a", asking(100, GIB))).isEqualTo(new Decision.Placed("n2"));
    }

    @Test
    void podsWithoutRequestsSpreadToo() {
        cluster.upsertNode(node("n1", 4000, 8 * GIB));
        cluster.upsertNode(node("n2", 4000, 8 * GIB));

        List<Decision> decisions =
                scheduler.scheduleAll(cluster, List.of("a", "b", "c", "d"), asking(0, 0));

        assertThat(decisions)
                .containsExactlyInAnyOrder(
                        new Decision.Placed("n1"),
                        new Decision.Placed("n1"),
                        new Decision.Placed("n2"),
                        new Decision.Placed("n2"));
    }

    @Test
    void reasonsAreCountedOverAllNodes() {
        for (int i = 0; i < 3; i++) {
            cluster.upsertNode(node("small" + i, 500, 8 * GIB));
        }
        cluster.upsertNode(
                new NodeSpec(
                        "gpu",
                        new Requests(8000, 8 * GIB, Map.of()),
                        110,
                        Map.of(),
                        List.of(new Taint("gpu", "true", Taint.Effect.NO_SCHEDULE)),
                        false));
        cluster.upsertNode(
                new NodeSpec(
                        "off",
                        new Requests(8000, 8 * GIB, Map.of()),
                        110,
                        Map.of(),
                        List.of(),
                        true));

        Decision decision = schedule("a", asking(1000, GIB));

        assertThat(message(decision))
                .isEqualTo("0/5 nodes: 3 insufficient cpu, 1 cordoned, 1 tainted gpu=true");
    }

    @Test
    void toleratedTaintAndSelectorLeadToTheNode() {
        cluster.upsertNode(node("plain", 4000, 8 * GIB));
        cluster.upsertNode(
                new NodeSpec(
                        "gpu",
                        new Requests(8000, 8 * GIB, Map.of("example.com/gpu", 1L)),
                        110,
                        Map.of("disk", "fast"),
                        List.of(new Taint("gpu", "true", Taint.Effect.NO_SCHEDULE)),
                        false));
        PodTemplate template =
                new PodTemplate(
                        new Requests(100, 0, Map.of("example.com/gpu", 1L)),
                        "",
                        Map.of("disk", "fast"),
                        List.of(new Toleration("gpu", false, "true", Optional.empty())),
                        List.of());

        assertThat(schedule("a", template)).isEqualTo(new Decision.Placed("gpu"));
        assertThat(message(schedule("b", template)))
                .isEqualTo("0/2 nodes: 1 without label disk=fast, 1 insufficient example.com/gpu");
    }

    @Test
    void hostPortIsHadOnceOnANodeAndComesFree() {
        cluster.upsertNode(node("n1", 4000, 8 * GIB));
        PodTemplate template =
                new PodTemplate(
                        Requests.NONE,
                        "",
                        Map.of(),
                        List.of(),
                        List.of(new HostPort("", "TCP", 80)));
        assertThat(schedule("a", template)).isEqualTo(new Decision.Placed("n1"));
        assertThat(message(schedule("b", template)))
                .isEqualTo("0/1 nodes: 1 host port 80/TCP taken");

        cluster.removePod("a");

        assertThat(schedule("b", template)).isEqualTo(new Decision.Placed("n1"));
    }

    @Test
    void podOfAnUnknownNodeCountsOnceTheNodeJoins() {
        cluster.addPod("early", "n1", asking(3500, GIB));

        cluster.upsertNode(node("n1", 4000, 8 * GIB));

        assertThat(message(schedule("a", asking(1000, GIB))))
                .isEqualTo("0/1 nodes: 1 insufficient cpu");
    }

    @Test
    void podsStillCountWhenTheirNodeLeavesAndReturns() {
        cluster.upsertNode(node("n1", 4000, 8 * GIB));
        cluster.addPod("a", "n1", asking(3500, GIB));

        cluster.removeNode("n1");
        assertThat(cluster.nodeCount()).isZero();
        cluster.upsertNode(node("n1", 4000, 8 * GIB));

        assertThat(message(schedule("b", asking(1000, GIB))))
                .isEqualTo("0/1 nodes: 1 insufficient cpu");
    }

    @SeededTest(seeds = 200)
    void neverOvercommitsAndOnlyRefusesWhatFitsNowhere(SplittableRandom random) {
        Map<String, long[]> free = new HashMap<>();
        for (int i = 0; i < 1 + random.nextInt(20); i++) {
            long cpu = 500L + random.nextInt(4000);
            long memory = (1L + random.nextInt(8)) * GIB;
            cluster.upsertNode(node("n" + i, cpu, memory));
            free.put("n" + i, new long[] {cpu, memory});
        }
        for (int round = 0; round < 40; round++) {
            long cpu = random.nextInt(1500);
            long memory = random.nextInt(3) * GIB;
            int prefix = round;
            List<String> uids =
                    IntStream.range(0, 1 + random.nextInt(5))
                            .mapToObj(i -> prefix + "-" + i)
                            .toList();
            List<Decision> decisions = scheduler.scheduleAll(cluster, uids, asking(cpu, memory));
            assertThat(decisions).hasSameSizeAs(uids);
            decisions.forEach(decision -> check(decision, free, cpu, memory));
        }
    }

    private static void check(Decision decision, Map<String, long[]> free, long cpu, long memory) {
        switch (decision) {
            case Decision.Placed(String node) -> {
                long[] left = free.get(node);
                left[0] -= cpu;
                left[1] -= memory;
                assertThat(left[0] >= 0 || cpu == 0).isTrue();
                assertThat(left[1] >= 0 || memory == 0).isTrue();
            }
            case Decision.Unschedulable _ ->
                    assertThat(free.values())
                            .noneMatch(left -> left[0] >= cpu && left[1] >= memory);
        }
    }

    @Test
    void sameSeedDecidesTheSame() {
        assertThat(run(5)).isEqualTo(run(5));
    }

    private static List<Decision> run(long seed) {
        ClusterColumns cluster = new ClusterColumns();
        for (int i = 0; i < 50; i++) {
            cluster.upsertNode(node("n" + i, 4000, 8 * GIB));
        }
        Scheduler scheduler = new Scheduler(new SplittableRandom(seed));
        List<Decision> decisions = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            decisions.add(scheduler.schedule(cluster, "p" + i, asking(100, GIB)));
        }
        return decisions;
    }
}

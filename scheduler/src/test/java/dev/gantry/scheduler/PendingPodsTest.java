package dev.gantry.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PendingPodsTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final PodTemplate SMALL = PodTemplate.of(new Requests(100, 0, Map.of()));
    private static final PodTemplate LARGE = PodTemplate.of(new Requests(5000, 0, Map.of()));

    private final PendingPods pending = new PendingPods();
    private final ClusterColumns cluster = new ClusterColumns();

    private static PendingPods.Pending pod(String uid, PodTemplate template, int priority) {
        return new PendingPods.Pending(uid, template, priority, 0);
    }

    private List<String> polled() {
        return pending.poll(10).stream()
                .flatMap(batch -> batch.pods().stream())
                .map(PendingPods.Pending::uid)
                .toList();
    }

    private int node(String name, long milliCpu) {
        return cluster.upsertNode(
                new NodeSpec(
                        name,
                        new Requests(milliCpu, 1L << 30, Map.of()),
                        10,
                        Map.of(),
                        List.of(),
                        false));
    }

    @Test
    void higherPriorityGoesFirstAndEqualTemplatesGoTogether() {
        pending.add(pod("a", SMALL, 0));
        pending.add(pod("b", LARGE, 0));
        pending.add(pod("c", SMALL, 0));
        pending.add(pod("urgent", SMALL, 7));

        assertThat(Stream.of(polled(), polled(), polled(), polled()))
                .containsExactly(List.of("urgent"), List.of("a", "c"), List.of("b"), List.of());
    }

    @Test
    void unschedulablePodWakesOnlyByANodeThatWouldDo() {
        pending.add(pod("a", LARGE, 0));
        assertThat(polled()).containsExactly("a");
        pending.unschedulable("a");

        pending.nodeImproved(cluster, node("small", 1000), NOW);
        assertThat(polled()).isEmpty();
        pending.nodeImproved(cluster, node("large", 8000), NOW);

        assertThat(polled()).containsExactly("a");
    }

    @Test
    void failedPodBacksOffLongerEachTime() {
        pending.add(pod("a", SMALL, 0));
        polled();
        pending.failed("a", NOW);
        assertThat(pending.nextDue()).contains(NOW.plusSeconds(1));
        pending.tick(NOW.plusSeconds(1));
        assertThat(polled()).containsExactly("a");

        pending.failed("a", NOW);

        assertThat(pending.nextDue()).contains(NOW.plus(Duration.ofSeconds(2)));
    }

    @Test
    void removedPodIsForgottenWhereverItWaits() {
        pending.add(pod("active", SMALL, 0));
        pending.remove("active");
        pending.add(pod("backing-off", SMALL, 0));
        polled();
        pending.failed("backing-off", NOW);
        pending.remove("backing-off");
        pending.add(pod("unschedulable", LARGE, 0));
        polled();
        pending.unschedulable("unschedulable");
        pending.remove("unschedulable");

        pending.tick(NOW.plusSeconds(60));
        pending.nodeImproved(cluster, node("large", 8000), NOW);

        assertThat(polled()).isEmpty();
        assertThat(pending.size()).isZero();
        assertThat(pending.unschedulableCount()).isZero();
    }
}

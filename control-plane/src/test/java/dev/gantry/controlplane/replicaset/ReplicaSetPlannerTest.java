package dev.gantry.controlplane.replicaset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.apps.v1.ReplicaSetSpec;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodCondition;
import dev.gantry.api.core.v1.PodSpec;
import dev.gantry.api.core.v1.PodStatus;
import dev.gantry.api.core.v1.PodTemplateSpec;
import dev.gantry.api.meta.v1.LabelSelector;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.time.Times;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.controller.Note;
import dev.gantry.controlplane.controller.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReplicaSetPlannerTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");

    private static ReplicaSet set(int replicas, int minReadySeconds) {
        return ReplicaSet.newBuilder()
                .setMetadata(
                        ObjectMeta.newBuilder()
                                .setName("web-1")
                                .setNamespace("default")
                                .setUid("set-uid")
                                .setResourceVersion("7")
                                .setGeneration(3))
                .setSpec(
                        ReplicaSetSpec.newBuilder()
                                .setReplicas(replicas)
                                .setMinReadySeconds(minReadySeconds)
                                .setSelector(
                                        LabelSelector.newBuilder().putMatchLabels("app", "web"))
                                .setTemplate(
                                        PodTemplateSpec.newBuilder()
                                                .setMetadata(
                                                        ObjectMeta.newBuilder()
                                                                .putLabels("app", "web"))))
                .build();
    }

    private static Pod pod(String name, String node, String phase, boolean ready) {
        PodStatus.Builder status = PodStatus.newBuilder().setPhase(phase);
        if (ready) {
            status.addConditions(
                    PodCondition.newBuilder()
                            .setType("Ready")
                            .setStatus("True")
                            .setLastTransitionTime(Times.of(NOW.minusSeconds(60))));
        }
        return Pod.newBuilder()
                .setMetadata(
                        ObjectMeta.newBuilder()
                                .setName(name)
                                .setNamespace("default")
                                .setUid("uid-" + name)
                                .setResourceVersion("5")
                                .putLabels("app", "web")
                                .setCreationTimestamp(Times.of(NOW.minusSeconds(100))))
                .setSpec(PodSpec.newBuilder().setNodeName(node))
                .setStatus(status)
                .build();
    }

    private static Plan plan(ReplicaSet set, List<Pod> owned, List<Pod> orphans) {
        return ReplicaSetPlanner.plan(
                new ReplicaSetPlanner.Observed(set, owned, orphans), NOW, new SplittableRandom(1));
    }

    private static List<Pod> created(Plan plan) {
        return plan.writes().stream()
                .filter(ObjectWrite.Create.class::isInstance)
                .map(write -> (Pod) ((ObjectWrite.Create) write).object())
                .toList();
    }

    private static ReplicaSet statusWrite(Plan plan) {
        return plan.writes().stream()
                .filter(ObjectWrite.Update.class::isInstance)
                .map(write -> ((ObjectWrite.Update) write).object())
                .filter(ReplicaSet.class::isInstance)
                .map(ReplicaSet.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void missingPodsAreCreatedWithTheTemplatesLabelsAndAnOwner() {
        Plan plan = plan(set(3, 0), List.of(pod("a", "n1", "Running", true)), List.of());

        List<Pod> pods = created(plan);
        assertThat(pods).hasSize(2);
        assertThat(pods)
                .allSatisfy(pod -> {
                    assertThat(pod.getMetadata().getName()).startsWith("web-1-");
                    assertThat(pod.getMetadata().getLabelsMap()).containsEntry("app", "web");
                    assertThat(pod.getMetadata().getOwnerReferences(0).getUid())
                            .isEqualTo("set-uid");
                    assertThat(pod.getStatus().getPhase()).isEqualTo("Pending");
                });
        assertThat(pods.get(0).getMetadata().getUid())
                .isNotEqualTo(pods.get(1).getMetadata().getUid());
        assertThat(plan.notes()).extracting(Note::reason).containsOnly("SuccessfulCreate");
    }

    @Test
    void endedPodIsReplaced() {
        Plan plan = plan(set(1, 0), List.of(pod("a", "n1", "Failed", false)), List.of());

        assertThat(created(plan)).hasSize(1);
    }

    @Test
    void podsWithoutANodeGoFirstThenTheUnready() {
        Pod waiting = pod("waiting", "", "Pending", false);
        Pod unready = pod("unready", "n1", "Running", false);
        Pod ready = pod("ready", "n2", "Running", true);

        assertThat(ReplicaSetPlanner.victims(List.of(ready, unready, waiting), 2))
                .containsExactly(waiting, unready);
    }

    @Test
    void surplusPodOnANodeIsMarkedAndOneWithoutANodeGoesAtOnce() {
        Plan plan =
                plan(
                        set(0, 0),
                        List.of(
                                pod("bound", "n1", "Running", true),
                                pod("free", "", "Pending", false)),
                        List.of());

        assertThat(plan.writes())
                .anySatisfy(write ->
                        assertThat(write)
                                .isInstanceOfSatisfying(
                                        ObjectWrite.Delete.class,
                                        d -> assertThat(d.key().name()).isEqualTo("free")));
        assertThat(plan.writes())
                .anySatisfy(write -> {
                    assertThat(write).isInstanceOf(ObjectWrite.Update.class);
                    var object = ((ObjectWrite.Update) write).object();
                    assertThat(object)
                            .isInstanceOfSatisfying(
                                    Pod.class,
                                    p ->
                                            assertThat(p.getMetadata().getDeletionTimestamp())
                                                    .isEqualTo(Times.of(NOW.plusSeconds(30))));
                });
    }

    @Test
    void orphanThatMatchesIsAdoptedInsteadOfCreatingAnother() {
        Plan plan = plan(set(1, 0), List.of(), List.of(pod("orphan", "n1", "Running", true)));

        assertThat(created(plan)).isEmpty();
        assertThat(plan.writes())
                .anySatisfy(write -> {
                    var object = ((ObjectWrite.Update) write).object();
                    assertThat(object)
                            .isInstanceOfSatisfying(
                                    Pod.class,
                                    p ->
                                            assertThat(
                                                            p.getMetadata()
                                                                    .getOwnerReferences(0)
                                                                    .getController())
                                                    .isTrue());
                });
    }

    @Test
    void readyPodCountsAsAvailableOnlyAfterMinReadySeconds() {
        Plan plan = plan(set(1, 90), List.of(pod("a", "n1", "Running", true)), List.of());

        assertThat(statusWrite(plan).getStatus().getReadyReplicas()).isEqualTo(1);
        assertThat(statusWrite(plan).getStatus().hasAvailableReplicas()).isFalse();
        assertThat(plan.recheck()).contains(Duration.ofSeconds(30));
    }

    @Test
    void nothingFollowsWhenAllIsAsItShouldBe() {
        List<Pod> pods = List.of(pod("a", "n1", "Running", true));
        ReplicaSet settled = statusWrite(plan(set(1, 0), pods, List.of()));

        assertThat(plan(settled, pods, List.of())).isEqualTo(Plan.NOTHING);
    }
}

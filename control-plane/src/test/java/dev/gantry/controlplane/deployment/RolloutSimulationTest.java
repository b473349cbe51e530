package dev.gantry.controlplane.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.apps.v1.Deployment;
import dev.gantry.api.apps.v1.DeploymentSpec;
import dev.gantry.api.apps.v1.DeploymentStrategy;
import dev.gantry.api.apps.v1.ReplicaSet;
import dev.gantry.api.apps.v1.ReplicaSetStatus;
import dev.gantry.api.apps.v1.RollingUpdateDeployment;
import dev.gantry.api.core.v1.Container;
import dev.gantry.api.core.v1.PodSpec;
import dev.gantry.api.core.v1.PodTemplateSpec;
import dev.gantry.api.intstr.IntOrString;
import dev.gantry.api.meta.v1.LabelSelector;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.controller.Plan;
import dev.gantry.loop.SeededTest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Plays a Deployment against ReplicaSets whose pods come and go at random, and checks its bounds
/// at each step.
class RolloutSimulationTest {

    private final Map<String, ReplicaSet> sets = new LinkedHashMap<>();
    private Deployment deployment = deployment(4, "1", "25%", "25%");
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private SplittableRandom random = new SplittableRandom(1);

    private static IntOrString bound(String text) {
        return text.endsWith("%")
                ? IntOrString.newBuilder().setType(1).setStrVal(text).build()
                : IntOrString.newBuilder().setType(0).setIntVal(Integer.parseInt(text)).build();
    }

    private static PodTemplateSpec template(String image) {
        return PodTemplateSpec.newBuilder()
                .setMetadata(ObjectMeta.newBuilder().putLabels("app", "web"))
                .setSpec(
                        PodSpec.newBuilder()
                                .addContainers(
                                        Container.newBuilder().setName("web").setImage(image)))
                .build();
    }

    private static Deployment deployment(
            int replicas, String image, String surge, String unavailable) {
        return Deployment.newBuilder()
                .setMetadata(
                        ObjectMeta.newBuilder()
                                .setName("web")
                                .setNamespace("default")
                                .setUid("deployment-uid")
                                .setGeneration(1))
                .setSpec(
                        DeploymentSpec.newBuilder()
                                .setReplicas(replicas)
                                .setRevisionHistoryLimit(2)
                                .setSelector(
                                        LabelSelector.newBuilder().putMatchLabels("app", "web"))
                                .setStrategy(
                                        DeploymentStrategy.newBuilder()
                                                .setType("RollingUpdate")
                                                .setRollingUpdate(
                                                        RollingUpdateDeployment.newBuilder()
                                                                .setMaxSurge(bound(surge))
                                                                .setMaxUnavailable(
                                                                        bound(unavailable))))
                                .setTemplate(template(image)))
                .build();
    }

    private boolean step() {
        now = now.plusSeconds(1);
        Plan plan =
                DeploymentPlanner.plan(
                        new DeploymentPlanner.Observed(
                                deployment,
                                List.copyOf(sets.values()),
                                sets.values().stream()
                                        .anyMatch(set ->
                                                !set.equals(current())
                                                        && set.getStatus().getReplicas() > 0),
                                false),
                        now,
                        random);
        for (ObjectWrite write : plan.writes()) {
            switch (write) {
                case ObjectWrite.Create(var object) -> put((ReplicaSet) object);
                case ObjectWrite.Update(var object) -> {
                    if (object instanceof Deployment changed) {
                        deployment = changed;
                    } else {
                        put((ReplicaSet) object);
                    }
                }
                case ObjectWrite.Delete(var key, var _) -> sets.remove(key.name());
            }
        }
        return !plan.writes().isEmpty();
    }

    private void put(ReplicaSet set) {
        sets.put(set.getMetadata().getName(), set);
    }

    private ReplicaSet current() {
        return Revisions.current(deployment, List.copyOf(sets.values())).orElse(null);
    }

    // Pods of one set move a little towards what the set asks for.
    private void podsMove(boolean healthy) {
        for (ReplicaSet set : List.copyOf(sets.values())) {
            int wanted = set.getSpec().getReplicas();
            int have = set.getStatus().getReplicas();
            int available = set.getStatus().getAvailableReplicas();
            if (have < wanted) {
                have++;
            } else if (have > wanted) {
                // Victims that are not available go first.
                have--;
                available = Math.min(available, have);
            } else if (available < have && (healthy || !set.equals(current()))) {
                available += random.nextInt(2);
            }
            put(
                    set.toBuilder()
                            .setStatus(
                                    ReplicaSetStatus.newBuilder()
                                            .setReplicas(have)
                                            .setReadyReplicas(available)
                                            .setAvailableReplicas(available))
                            .build());
        }
    }

    private int asked() {
        return sets.values().stream().mapToInt(set -> set.getSpec().getReplicas()).sum();
    }

    // What stays available of what the sets ask for now, whichever pods they take away.
    private int surelyAvailable() {
        return sets.values().stream()
                .mapToInt(set ->
                        Math.min(
                                set.getSpec().getReplicas(),
                                set.getStatus().getAvailableReplicas()))
                .sum();
    }

    private void settle() {
        for (int i = 0; i < 500; i++) {
            boolean settled = isSettled();
            if (!step() && settled) {
                return;
            }
            podsMove(true);
        }
        throw new AssertionError("not settled: " + sets.values());
    }

    private boolean isSettled() {
        return sets.values().stream()
                .allMatch(set ->
                        set.getSpec().getReplicas() == set.getStatus().getReplicas()
                                && set.getStatus().getAvailableReplicas()
                                        == set.getSpec().getReplicas());
    }

    private void update(String image) {
        deployment =
                deployment.toBuilder()
                        .setMetadata(
                                deployment.getMetadata().toBuilder()
                                        .setGeneration(
                                                deployment.getMetadata().getGeneration() + 1))
                        .setSpec(deployment.getSpec().toBuilder().setTemplate(template(image)))
                        .build();
    }

    @Test
    void firstRolloutMakesRevisionOneAndCompletes() {
        settle();

        assertThat(sets).hasSize(1);
        assertThat(current().getSpec().getReplicas()).isEqualTo(4);
        assertThat(deployment.getMetadata().getAnnotationsMap())
                .containsEntry(Revisions.REVISION, "1");
        assertThat(deployment.getStatus().getConditions(1).getReason())
                .isEqualTo("NewReplicaSetAvailable");
    }

    @SeededTest(seeds = 200)
    void boundsHoldAtEachStepOfARollout(SplittableRandom seed) {
        random = seed;
        int replicas = 1 + seed.nextInt(12);
        String surge = seed.nextBoolean() ? seed.nextInt(101) + "%" : "" + seed.nextInt(4);
        String unavailable = seed.nextBoolean() ? seed.nextInt(101) + "%" : "" + seed.nextInt(4);
        deployment = deployment(replicas, "1", surge, unavailable);
        settle();

        update("2");

        RolloutBounds bounds = RolloutBounds.of(deployment);
        for (int i = 0; i < 300; i++) {
            step();
            assertThat(asked()).isLessThanOrEqualTo(bounds.maxTotal());
            assertThat(surelyAvailable()).isGreaterThanOrEqualTo(bounds.minAvailable());
            podsMove(true);
        }
        assertThat(current().getSpec().getReplicas()).isEqualTo(replicas);
        assertThat(asked()).isEqualTo(replicas);
    }

    @Test
    void brokenRevisionStopsAtItsBoundsAndRollbackRestoresTheOldSet() {
        settle();
        String first = current().getMetadata().getName();
        update("broken");
        for (int i = 0; i < 100; i++) {
            step();
            podsMove(false);
        }
        assertThat(surelyAvailable()).isEqualTo(3);

        update("1");
        settle();

        assertThat(current().getMetadata().getName()).isEqualTo(first);
        assertThat(current().getSpec().getReplicas()).isEqualTo(4);
        assertThat(deployment.getMetadata().getAnnotationsMap())
                .containsEntry(Revisions.REVISION, "3");
    }

    @Test
    void historyBeyondTheLimitIsForgotten() {
        for (String image : List.of("1", "2", "3", "4", "5")) {
            update(image);
            settle();
        }

        assertThat(sets.values())
                .extracting(set -> Revisions.number(set.getMetadata()))
                .containsExactlyInAnyOrder(3L, 4L, 5L);
    }

    @Test
    void scalingInTheMiddleOfARolloutKeepsTheBounds() {
        settle();
        update("2");
        step();
        deployment =
                deployment.toBuilder()
                        .setSpec(deployment.getSpec().toBuilder().setReplicas(10))
                        .build();

        settle();

        assertThat(asked()).isEqualTo(10);
        assertThat(current().getSpec().getReplicas()).isEqualTo(10);
    }

    @Test
    void recreateStartsTheNewSetOnlyAfterTheLastOldPod() {
        deployment =
                deployment.toBuilder()
                        .setSpec(
                                deployment.getSpec().toBuilder()
                                        .setStrategy(
                                                DeploymentStrategy.newBuilder()
                                                        .setType("Recreate")))
                        .build();
        settle();
        String first = current().getMetadata().getName();
        update("2");

        for (int i = 0; i < 50; i++) {
            step();
            boolean oldHasPods =
                    sets.containsKey(first) && sets.get(first).getStatus().getReplicas() > 0;
            boolean newHasPods = current() != null && current().getSpec().getReplicas() > 0;
            assertThat(oldHasPods && newHasPods).isFalse();
            podsMove(true);
        }

        assertThat(current().getSpec().getReplicas()).isEqualTo(4);
    }
}

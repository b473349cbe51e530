package dev.gantry.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is told of a pod, and when.
class PodReportsTest {

    @TempDir Path directory;
    private PodWorld world;

    @BeforeEach
    void begin() {
        world = new PodWorld(directory);
    }

    @Test
    void podThatRunsAtOnceIsToldOfOnce() {
        world.apply(PodWorld.pod("u1", "Always", PodWorld.container("web", "busybox")));
        world.advance(Duration.ofSeconds(1));

        assertThat(world.told).hasSize(1);
        assertThat(world.status("u1").getPhase()).isEqualTo("Running");
    }

    @Test
    void podThatTakesLongerIsToldOfMeanwhile() {
        var pod = PodWorld.pod("u1", "Always", PodWorld.container("web", "busybox")).toBuilder();
        pod.getSpecBuilder().addInitContainers(PodWorld.container("init", "busybox"));
        world.apply(pod.build());
        assertThat(world.told).isEmpty();

        world.advance(Duration.ofMillis(200));

        assertThat(world.told).hasSize(1);
        assertThat(world.container("u1").getState().getWaiting().getReason())
                .isEqualTo("PodInitializing");
    }

    @Test
    void nothingIsStartedWhileTheDiskRefuses() {
        world.agent.upsert(PodWorld.pod("u1", "Always", PodWorld.container("web", "busybox")));
        // The channel of an interrupted thread refuses to write, as a full disk does.
        Thread.currentThread().interrupt();
        world.settle();
        assertThat(Thread.interrupted()).isTrue();

        assertThat(world.parts.running()).isEmpty();
        assertThat(world.agent.pods()).isEmpty();
        assertThat(world.eventReasons()).containsExactly("FailedStateSave");
        assertThat(world.events.getFirst().getMessage())
                .contains(directory.resolve("records").toString())
                .contains("make room");

        world.advance(Duration.ofSeconds(1));
        assertThat(world.status("u1").getPhase()).isEqualTo("Running");
    }
}

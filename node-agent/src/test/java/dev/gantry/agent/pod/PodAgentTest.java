package dev.gantry.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.container.AdoptedContainer;
import dev.gantry.agent.container.ContainerExit;
import dev.gantry.agent.container.Started;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Probe;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodAgentTest {
    @TempDir Path directory;
    private PodWorld world;

    @BeforeEach
    void start() {
        world = new PodWorld(directory);
    }

    private static Pod web(String policy) {
        return PodWorld.pod("u1", policy, PodWorld.container("web", "busybox"));
    }

    @Test
    void podComesUp() {
        world.apply(web("Always"));
        var status = world.status("u1");
        assertThat(status.getPhase()).isEqualTo("Running");
        assertThat(status.getPodIP()).isEqualTo("10.200.0.1");
        assertThat(world.condition("u1", "Ready")).isEqualTo("True");
        assertThat(world.container("u1").getState().hasRunning()).isTrue();
        assertThat(world.eventReasons()).containsExactly("Created", "Started");
    }

    @Test
    void firstRestartIsImmediateAndLaterOnesBackOff() {
        world.apply(web("Always"));
        world.parts.end("web", 1);
        world.settle();
        assertThat(world.container("u1").getRestartCount()).isEqualTo(1);
        assertThat(world.container("u1").getState().hasRunning()).isTrue();
        world.parts.end("web", 1);
        world.settle();
        var waiting = world.container("u1").getState().getWaiting();
        assertThat(waiting.getReason()).isEqualTo("CrashLoopBackOff");
        assertThat(waiting.getMessage())
                .isEqualTo("back-off 10s restarting failed container=web pod=web_default(u1)");
        world.advance(Duration.ofMillis(9_900));
        assertThat(world.parts.running()).isEmpty();
        world.advance(Duration.ofMillis(200));
        assertThat(world.container("u1").getRestartCount()).isEqualTo(2);
        assertThat(world.container("u1").getLastState().getTerminated().getExitCode()).isEqualTo(1);
        world.parts.end("web", 1);
        world.advance(Duration.ofSeconds(19));
        assertThat(world.parts.running()).isEmpty();
        world.advance(Duration.ofSeconds(2));
        assertThat(world.parts.running()).hasSize(1);
    }

    @Test
    void backOffStartsAnewAfterALongRun() {
        world.apply(web("Always"));
        for (int i = 0; i < 4; i++) {
            world.parts.end("web", 1);
            world.advance(Duration.ofMinutes(5));
        }
        world.advance(Duration.ofMinutes(11));
        world.parts.end("web", 1);
        world.settle();
        assertThat(world.parts.running()).hasSize(1);
    }

    @Test
    void onFailureStopsAfterSuccess() {
        world.apply(web("OnFailure"));
        world.parts.end("web", 3);
        world.settle();
        assertThat(world.parts.running()).hasSize(1);
        world.parts.end("web", 0);
        world.settle();
        assertThat(world.status("u1").getPhase()).isEqualTo("Succeeded");
        assertThat(world.parts.lodgings()).isEmpty();
        assertThat(world.condition("u1", "Ready")).isEqualTo("False");
    }

    @Test
    void neverKeepsTheFailure() {
        world.apply(web("Never"));
        world.parts.end("web", 3);
        world.settle();
        assertThat(world.status("u1").getPhase()).isEqualTo("Failed");
        var end = world.container("u1").getState().getTerminated();
        assertThat(end.getExitCode()).isEqualTo(3);
        assertThat(end.getReason()).isEqualTo("Error");
    }

    @Test
    void missingProgramIsShownAndRetried() {
        world.parts.unstartable("web", "exec /bin/nope: no such file or directory");
        world.apply(web("Always"));
        world.advance(Duration.ofSeconds(1));
        var last = world.container("u1").getLastState().getTerminated();
        assertThat(last.getReason()).isEqualTo("ContainerCannotRun");
        assertThat(last.getExitCode()).isEqualTo(127);
        assertThat(last.getMessage()).isEqualTo("exec /bin/nope: no such file or directory");
        assertThat(world.container("u1").getState().getWaiting().getReason())
                .isEqualTo("CrashLoopBackOff");
    }

    @Test
    void pullFailsThenBacksOffThenSucceeds() {
        world.parts.imageMissing("busybox");
        world.apply(web("Always"));
        assertThat(world.container("u1").getState().getWaiting().getReason())
                .isEqualTo("ErrImagePull");
        world.advance(Duration.ofSeconds(2));
        var waiting = world.container("u1").getState().getWaiting();
        assertThat(waiting.getReason()).isEqualTo("ImagePullBackOff");
        assertThat(waiting.getMessage())
                .isEqualTo("Back-off pulling image \"busybox\": ErrImagePull: busybox: not found");
        world.parts.imageAppears("busybox");
        world.advance(Duration.ofSeconds(9));
        assertThat(world.status("u1").getPhase()).isEqualTo("Running");
        assertThat(world.eventReasons()).contains("Failed", "BackOff");
    }

    @Test
    void failedPullIsShownWhileItIsTriedAgain() {
        world.parts.imageMissing("busybox");
        world.apply(web("Always"));
        world.advance(Duration.ofSeconds(2));

        world.advanceBusy(Duration.ofSeconds(9));
        world.advanceBusy(Duration.ofSeconds(1));
        assertThat(world.agent.pods().get("u1").members().getFirst().state())
                .isInstanceOf(ContainerState.Pulling.class);
        assertThat(world.container("u1").getState().getWaiting().getReason())
                .isEqualTo("ImagePullBackOff");

        world.parts.imageAppears("busybox");
        world.settle();
        assertThat(world.status("u1").getPhase()).isEqualTo("Running");
    }

    @Test
    void initContainersRunInOrderBeforeTheOthers() {
        var pod = web("Always").toBuilder();
        pod.getSpecBuilder().addInitContainers(PodWorld.container("one", "busybox"));
        pod.getSpecBuilder().addInitContainers(PodWorld.container("two", "busybox"));
        world.apply(pod.build());
        assertThat(names()).containsExactly("one");
        world.advance(Duration.ofMillis(200));
        assertThat(world.status("u1").getPhase()).isEqualTo("Pending");
        assertThat(world.container("u1").getState().getWaiting().getReason())
                .isEqualTo("PodInitializing");
        world.parts.end("one", 0);
        world.settle();
        assertThat(names()).containsExactly("two");
        world.parts.end("two", 1);
        world.settle();
        assertThat(names()).containsExactly("two");
        world.parts.end("two", 0);
        world.settle();
        assertThat(names()).containsExactly("web");
        assertThat(world.condition("u1", "Initialized")).isEqualTo("True");
    }

    @Test
    void failedInitContainerFailsAPodThatNeverRestarts() {
        var pod = web("Never").toBuilder();
        pod.getSpecBuilder().addInitContainers(PodWorld.container("one", "busybox"));
        world.apply(pod.build());
        world.parts.end("one", 1);
        world.settle();
        assertThat(world.status("u1").getPhase()).isEqualTo("Failed");
        assertThat(world.parts.running()).isEmpty();
    }

    @Test
    void sidecarStartsFirstAndEndsLast() {
        var pod = web("Never").toBuilder();
        pod.getSpecBuilder()
                .addInitContainers(
                        PodWorld.container("side", "busybox").setRestartPolicy("Always"));
        world.apply(pod.build());
        assertThat(names()).containsExactlyInAnyOrder("side", "web");
        world.parts.end("side", 1);
        world.settle();
        assertThat(names()).containsExactlyInAnyOrder("side", "web");
        world.parts.end("web", 0);
        world.settle();
        assertThat(world.parts.running()).isEmpty();
        assertThat(world.status("u1").getPhase()).isEqualTo("Succeeded");
    }

    @Test
    void deletedPodIsTerminatedAndReportedGone() {
        world.apply(web("Always"));
        world.apply(world.deleted(web("Always"), 30));
        assertThat(world.reports.get("u1").getGone()).isTrue();
        assertThat(world.parts.running()).isEmpty();
        assertThat(world.parts.lodgings()).isEmpty();
        assertThat(world.agent.pods()).isEmpty();
        assertThat(world.eventReasons()).contains("Killing");
    }

    @Test
    void stubbornContainerIsKilledAfterItsGrace() {
        world.parts.stubborn("web");
        world.apply(web("Always"));
        world.apply(world.deleted(web("Always"), 5));
        world.advance(Duration.ofMillis(4_900));
        assertThat(world.parts.running()).hasSize(1);
        world.advance(Duration.ofMillis(200));
        assertThat(world.parts.exits().getLast().signal()).isEqualTo(9);
        assertThat(world.reports.get("u1").getGone()).isTrue();
    }

    @Test
    void secondDeleteShortensTheGrace() {
        world.parts.stubborn("web");
        world.apply(web("Always"));
        world.apply(world.deleted(web("Always"), 30));
        world.apply(world.deleted(web("Always"), 0));
        assertThat(world.parts.running()).isEmpty();
        assertThat(world.reports.get("u1").getGone()).isTrue();
    }

    @Test
    void samePodNameWithAnotherUidIsAnotherPod() {
        world.apply(web("Always"));
        world.apply(PodWorld.pod("u2", "Always", PodWorld.container("web", "busybox")));
        assertThat(world.reports.get("u1").getGone()).isTrue();
        assertThat(world.parts.running().values())
                .extracting(FakeParts.Run::uid)
                .containsExactly("u2");
    }

    @Test
    void podThatTheSnapshotLacksIsStopped() {
        world.apply(web("Always"));
        world.agent.replaceAll(List.of());
        world.settle();
        assertThat(world.parts.running()).isEmpty();
        assertThat(world.agent.pods()).isEmpty();
    }

    @Test
    void failingLivenessRestartsAndReadinessOnlyUnreadies() {
        var container =
                PodWorld.container("web", "busybox")
                        .setLivenessProbe(Probe.newBuilder().setPeriodSeconds(5))
                        .setReadinessProbe(Probe.newBuilder().setPeriodSeconds(5));
        world.apply(PodWorld.pod("u1", "Always", container));
        world.advance(Duration.ofSeconds(1));
        assertThat(world.condition("u1", "Ready")).isEqualTo("True");
        world.parts.probeFails("web", "Readiness", true);
        world.advance(Duration.ofSeconds(20));
        assertThat(world.condition("u1", "Ready")).isEqualTo("False");
        assertThat(world.container("u1").getRestartCount()).isZero();
        world.parts.probeFails("web", "Liveness", true);
        world.advance(Duration.ofSeconds(15));
        assertThat(world.container("u1").getRestartCount()).isEqualTo(1);
        assertThat(world.eventReasons()).contains("Unhealthy", "Killing");
    }

    @Test
    void startupProbeHoldsTheOthersBack() {
        var container =
                PodWorld.container("web", "busybox")
                        .setStartupProbe(
                                Probe.newBuilder().setPeriodSeconds(1).setFailureThreshold(5))
                        .setLivenessProbe(Probe.newBuilder().setPeriodSeconds(1));
        world.parts.probeFails("web", "Startup", true);
        world.parts.probeFails("web", "Liveness", true);
        world.apply(PodWorld.pod("u1", "Always", container));
        world.advance(Duration.ofMillis(3_500));
        assertThat(world.container("u1").getStarted()).isFalse();
        assertThat(world.container("u1").getRestartCount()).isZero();
        world.parts.probeFails("web", "Liveness", false);
        world.parts.probeFails("web", "Startup", false);
        world.advance(Duration.ofSeconds(1));
        assertThat(world.container("u1").getStarted()).isTrue();
        assertThat(world.condition("u1", "Ready")).isEqualTo("True");
    }

    @Test
    void containerIsReadySoonAfterItAnswers() {
        var container =
                PodWorld.container("web", "busybox")
                        .setReadinessProbe(
                                Probe.newBuilder().setPeriodSeconds(10).setFailureThreshold(1));
        world.parts.probeFails("web", "Readiness", true);
        world.apply(PodWorld.pod("u1", "Always", container));
        world.advance(Duration.ofMillis(500));
        assertThat(world.condition("u1", "Ready")).isEqualTo("False");
        world.parts.probeFails("web", "Readiness", false);
        world.advance(Duration.ofMillis(500));
        assertThat(world.condition("u1", "Ready")).isEqualTo("True");
        assertThat(world.eventReasons()).doesNotContain("Unhealthy");
    }

    @Test
    void deadlineFailsThePod() {
        var pod = web("Always").toBuilder();
        pod.getSpecBuilder().setActiveDeadlineSeconds(60);
        world.apply(pod.build());
        world.advance(Duration.ofSeconds(61));
        assertThat(world.status("u1").getPhase()).isEqualTo("Failed");
        assertThat(world.status("u1").getReason()).isEqualTo("DeadlineExceeded");
        assertThat(world.parts.running()).isEmpty();
    }

    @Test
    void runningContainersGoOnAfterTheAgentIsKilled() {
        world.apply(web("Always"));
        var run = world.parts.running().values().iterator().next();
        var ready = transition();
        world.crash();
        world.clock.advance(Duration.ofHours(1));
        world.recover(
                List.of(new AdoptedContainer.Running(new Started(run.id(), 42, run.startedAt()))),
                Set.of("u1"));
        assertThat(world.parts.running().keySet()).containsExactly(run.id());
        assertThat(world.container("u1").getRestartCount()).isZero();
        assertThat(transition()).isEqualTo(ready);
    }

    private long transition() {
        return world.status("u1").getConditionsList().stream()
                .filter(c -> c.getType().equals("Ready"))
                .findFirst()
                .orElseThrow()
                .getLastTransitionTime()
                .getSeconds();
    }

    @Test
    void exitWhileTheAgentWasAwayIsReportedWithItsCode() {
        world.apply(web("Never"));
        var run = world.parts.running().values().iterator().next();
        world.crash();
        world.parts.running().clear();
        var exit =
                new ContainerExit(
                        run.id(), 7, 0, false, run.startedAt(), world.clock.instant(), "");
        world.recover(List.of(new AdoptedContainer.Ended(exit)), Set.of("u1"));
        assertThat(world.status("u1").getPhase()).isEqualTo("Failed");
        assertThat(world.container("u1").getState().getTerminated().getExitCode()).isEqualTo(7);
    }

    @Test
    void rebootStartsThePodAgainAndCountsIt() {
        world.apply(web("Always"));
        world.crash();
        world.parts.running().clear();
        world.parts.lodgings().clear();
        world.recover(List.of(), Set.of());
        assertThat(world.container("u1").getRestartCount()).isEqualTo(1);
        assertThat(world.container("u1").getState().hasRunning()).isTrue();
        assertThat(world.container("u1").getLastState().getTerminated().getReason())
                .isEqualTo("ContainerStatusUnknown");
    }

    @Test
    void backOffSurvivesTheAgent() {
        world.apply(web("Always"));
        world.parts.end("web", 1);
        world.settle();
        world.parts.end("web", 1);
        world.settle();
        world.crash();
        world.recover(List.of(), Set.of("u1"));
        assertThat(world.container("u1").getState().getWaiting().getReason())
                .isEqualTo("CrashLoopBackOff");
        assertThat(world.parts.running()).isEmpty();
        world.advance(Duration.ofSeconds(11));
        assertThat(world.container("u1").getRestartCount()).isEqualTo(2);
    }

    private List<String> names() {
        return world.parts.running().values().stream().map(FakeParts.Run::container).toList();
    }
}

package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What becomes of containers that end, by restart policy, and of init containers.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
class RestartE2eTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final List<String> PODS =
            List.of(
                    "always-well",
                    "always-badly",
                    "on-failure-well",
                    "on-failure-badly",
                    "never-well",
                    "never-badly",
                    "second-time",
                    "init-order",
                    "init-fails",
                    "init-again");
    private static final String COUNT = "{.status.containerStatuses[0].restartCount}";
    private static final String CODE = "{.status.containerStatuses[0].state.terminated.exitCode}";
    private static final String REASON = "{.status.containerStatuses[0].state.%s.reason}";

    private final Cluster cluster;
    private final Pods pods;

    RestartE2eTest(Cluster cluster) {
        this.cluster = cluster;
        this.pods = new Pods(cluster);
    }

    @BeforeAll
    static void start(Cluster cluster) {
        List<String> manifests = new ArrayList<>();
        manifests.add(Workloads.pod("always-well", "Always", "exit 0"));
        manifests.add(Workloads.pod("always-badly", "Always", "exit 3"));
        manifests.add(Workloads.pod("on-failure-well", "OnFailure", "exit 0"));
        manifests.add(Workloads.pod("on-failure-badly", "OnFailure", "exit 3"));
        manifests.add(Workloads.pod("never-well", "Never", "exit 0"));
        manifests.add(Workloads.pod("never-badly", "Never", "exit 3"));
        manifests.add(
                withScratch(
                        Workloads.pod(
                                "second-time",
                                "OnFailure",
                                "if [ -e /scratch/seen ]; then echo second; exec sleep 1000; fi;"
                                        + " touch /scratch/seen; echo first; exit 4")));
        manifests.add(
                withInit(
                        "init-order",
                        "Always",
                        "cat /scratch/order; exec sleep 1000",
                        "echo one >> /scratch/order",
                        "echo two >> /scratch/order"));
        manifests.add(
                withInit("init-fails", "Never", "echo main; exit 0", "exit 5", "echo second"));
        manifests.add(withInit("init-again", "Always", "echo main; exit 0", "exit 6", "exit 0"));
        cluster.apply(String.join("---\n", manifests)).orFail();
    }

    private static String withScratch(String pod) {
        return pod.replace("spec:\n", "spec:\n  volumes: [{name: scratch, emptyDir: {}}]\n")
                + "    volumeMounts: [{name: scratch, mountPath: /scratch}]\n";
    }

    private static String withInit(
            String name, String policy, String main, String first, String second) {
        String inits =
                """
                spec:
                  initContainers:
                  - name: first
                    image: %1$s
                    command: [sh, -c, "%2$s"]
                    volumeMounts: [{name: scratch, mountPath: /scratch}]
                  - name: second
                    image: %1$s
                    command: [sh, -c, "%3$s"]
                    volumeMounts: [{name: scratch, mountPath: /scratch}]
                """
                        .formatted(Workloads.IMAGE, first, second);
        return withScratch(Workloads.pod(name, policy, main)).replace("spec:\n", inits);
    }

    @AfterAll
    static void delete(Cluster cluster) {
        List<String> words = new ArrayList<>(List.of("delete", "pod"));
        words.addAll(PODS);
        cluster.gantry(words.toArray(String[]::new)).orFail();
    }

    @Test
    void neverEndsThePodWithTheContainer() {
        cluster.awaitPhase("never-well", "Succeeded");
        cluster.awaitPhase("never-badly", "Failed");

        assertThat(cluster.field("pod", "never-well", COUNT)).isEqualTo("0");
        assertThat(cluster.field("pod", "never-well", CODE)).isEqualTo("0");
        assertThat(cluster.field("pod", "never-well", REASON.formatted("terminated")))
                .isEqualTo("Completed");
        assertThat(cluster.field("pod", "never-badly", COUNT)).isEqualTo("0");
        assertThat(cluster.field("pod", "never-badly", CODE)).isEqualTo("3");
        assertThat(cluster.field("pod", "never-badly", REASON.formatted("terminated")))
                .isEqualTo("Error");
    }

    @Test
    void onFailureEndsWithSuccessOnly() {
        cluster.awaitPhase("on-failure-well", "Succeeded");
        assertThat(cluster.field("pod", "on-failure-well", COUNT)).isEqualTo("0");
        assertCrashLoop("on-failure-badly", "3", "Error");
    }

    @Test
    void alwaysStartsAgainWhateverTheCode() {
        assertCrashLoop("always-well", "0", "Completed");
        assertCrashLoop("always-badly", "3", "Error");
    }

    // The first restart comes at once; from the second on the pod waits and says so.
    private void assertCrashLoop(String pod, String code, String lastReason) {
        pods.awaitRestarts(pod, 1);
        cluster.awaitField("pod", pod, REASON.formatted("waiting"), "CrashLoopBackOff");

        String uid = cluster.field("pod", pod, "{.metadata.uid}");
        assertThat(
                        cluster.field(
                                "pod", pod, "{.status.containerStatuses[0].state.waiting.message}"))
                .matches(
                        "back-off (10|20|40|80|160|300)s restarting failed container=main pod="
                                + pod
                                + "_default\\("
                                + uid
                                + "\\)");
        String last = "{.status.containerStatuses[0].lastState.terminated.%s}";
        assertThat(cluster.field("pod", pod, last.formatted("exitCode"))).isEqualTo(code);
        assertThat(cluster.field("pod", pod, last.formatted("reason"))).isEqualTo(lastReason);
        assertThat(cluster.field("pod", pod, "{.status.phase}")).isEqualTo("Running");
        assertThat(cluster.gantry("get", "pod", pod).orFail()).contains("CrashLoopBackOff");
        pods.awaitEvent(pod, "Back-off restarting failed container main in pod " + pod);
    }

    @Test
    void logsOfTheRunBeforeAreKept() {
        pods.awaitRestarts("second-time", 1);
        cluster.awaitField("pod", "second-time", "{.status.containerStatuses[0].ready}", "true");

        assertThat(cluster.gantry("logs", "second-time").orFail()).isEqualTo("second\n");
        assertThat(cluster.gantry("logs", "second-time", "--previous").orFail())
                .isEqualTo("first\n");
        assertThat(
                        cluster.field(
                                "pod",
                                "second-time",
                                "{.status.containerStatuses[0].lastState.terminated.exitCode}"))
                .isEqualTo("4");
        assertThat(cluster.field("pod", "second-time", COUNT)).isEqualTo("1");
        assertThat(cluster.gantry("logs", "never-well", "--previous").exit()).isNotZero();
    }

    @Test
    void initContainersRunOneAfterTheOther() {
        cluster.awaitPhase("init-order", "Running");

        Await.until(
                SOON,
                () ->
                        assertThat(cluster.gantry("logs", "init-order").out())
                                .isEqualTo("one\ntwo\n"));
        assertThat(
                        cluster.field(
                                "pod",
                                "init-order",
                                "{.status.initContainerStatuses[*].state.terminated.exitCode}"))
                .isEqualTo("0 0");
        assertThat(
                        cluster.field(
                                "pod",
                                "init-order",
                                "{.status.conditions[?(@.type=='Initialized')].status}"))
                .isEqualTo("True");
    }

    @Test
    void failedInitContainerFailsAPodThatNeverRestarts() {
        cluster.awaitPhase("init-fails", "Failed");

        assertThat(
                        cluster.field(
                                "pod",
                                "init-fails",
                                "{.status.initContainerStatuses[0].state.terminated.exitCode}"))
                .isEqualTo("5");
        assertThat(cluster.field("pod", "init-fails", CODE)).isEmpty();
        assertThat(cluster.gantry("get", "pod", "init-fails").orFail()).contains("Init:Error");
        assertThat(cluster.gantry("logs", "init-fails", "-c", "second").out())
                .doesNotContain("second");
    }

    @Test
    void failedInitContainerIsTriedAgainAndHoldsTheOthersBack() {
        cluster.awaitField(
                "pod",
                "init-again",
                "{.status.initContainerStatuses[0].state.waiting.reason}",
                "CrashLoopBackOff");

        assertThat(
                        cluster.field(
                                "pod",
                                "init-again",
                                "{.status.initContainerStatuses[0].restartCount}"))
                .matches("[1-9]\\d*");
        assertThat(cluster.field("pod", "init-again", "{.status.phase}")).isEqualTo("Pending");
        assertThat(cluster.field("pod", "init-again", REASON.formatted("waiting")))
                .isEqualTo("PodInitializing");
        assertThat(cluster.gantry("get", "pod", "init-again").orFail())
                .contains("Init:CrashLoopBackOff");
    }
}

package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What a user sees of one cluster on one host, through the command line of the built distribution.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
class WebE2eTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    private final Cluster cluster;

    WebE2eTest(Cluster cluster) {
        this.cluster = cluster;
    }

    private void awaitReady(String deployment, int replicas) {
        cluster.awaitField(
                "deployment",
                deployment,
                "{.status.availableReplicas}",
                Integer.toString(replicas));
    }

    private static Command.Result fetch(String url) {
        return Command.run(
                Duration.ofSeconds(20), Map.of(), List.of("curl", "-fsS", "-m", "5", url));
    }

    @Test
    void servicesAnswerByAddressAndByName() {
        cluster.apply(Workloads.web("shop", 2, "one")).orFail();
        awaitReady("shop", 2);
        String address = cluster.field("service", "shop", "{.spec.clusterIP}");

        Await.until(
                SOON,
                () ->
                        assertThat(fetch("http://" + address + "/").out())
                                .contains("Hello from Gantry"));
        cluster.apply(
                        Workloads.pod(
                                "visitor",
                                "Never",
                                "wget -qO- http://shop && wget -qO- http://shop.default.svc"))
                .orFail();
        cluster.awaitPhase("visitor", "Succeeded");

        assertThat(cluster.gantry("logs", "visitor").orFail().lines())
                .hasSize(2)
                .allMatch(line -> line.contains("Hello from Gantry"));
    }

    @Test
    void rollingUpdateAndRollbackReachTheRightRevision() {
        cluster.apply(Workloads.web("rolling", 3, "one")).orFail();
        awaitReady("rolling", 3);

        cluster.apply(Workloads.web("rolling", 3, "two")).orFail();
        cluster.gantry("rollout", "status", "deployment/rolling", "--timeout", "50s").orFail();
        assertThat(stageOf("rolling")).isEqualTo("two");

        cluster.gantry("rollout", "undo", "deployment/rolling").orFail();
        cluster.gantry("rollout", "status", "deployment/rolling", "--timeout", "50s").orFail();

        assertThat(stageOf("rolling")).isEqualTo("one");
        assertThat(
                        cluster.field(
                                "deployment",
                                "rolling",
                                "{.metadata.annotations.deployment\\.kubernetes\\.io/revision}"))
                .isEqualTo("3");
    }

    private String stageOf(String deployment) {
        return cluster.gantry("exec", "deployment/" + deployment, "--", "sh", "-c", "echo $STAGE")
                .orFail()
                .strip();
    }

    @Test
    void exitCodeAndRestartPolicyShowInTheStatus() {
        cluster.apply(Workloads.pod("fails", "Never", "echo sorry; exit 7")).orFail();
        cluster.apply(Workloads.pod("repeats", "OnFailure", "exit 3")).orFail();

        cluster.awaitPhase("fails", "Failed");
        assertThat(
                        cluster.field(
                                "pod",
                                "fails",
                                "{.status.containerStatuses[0].state.terminated.exitCode}"))
                .isEqualTo("7");
        assertThat(cluster.gantry("logs", "fails").orFail()).isEqualTo("sorry\n");
        Await.until(
                SOON,
                () ->
                        assertThat(
                                        Integer.parseInt(
                                                "0"
                                                        + cluster.field(
                                                                "pod",
                                                                "repeats",
                                                                "{.status.containerStatuses[0]"
                                                                        + ".restartCount}")))
                                .isGreaterThanOrEqualTo(1));
        cluster.gantry("delete", "pod", "repeats", "fails").orFail();
    }

    @Test
    void execPassesInputOutputAndExitCode() {
        cluster.apply(Workloads.pod("worker", "Always", "sleep 1000")).orFail();
        cluster.awaitPhase("worker", "Running");

        Command.Result result =
                cluster.gantry(
                        "three\n".getBytes(StandardCharsets.UTF_8),
                        "exec",
                        "-i",
                        "worker",
                        "--",
                        "sh",
                        "-c",
                        "cat; echo problem >&2; exit 5");

        assertThat(result.out()).isEqualTo("three\n");
        assertThat(result.err()).contains("problem");
        assertThat(result.exit()).isEqualTo(5);
        cluster.gantry("delete", "pod", "worker").orFail();
    }

    @Test
    void wrongManifestNamesThePlaceAndChangesNothing() {
        Command.Result result =
                cluster.apply(
                        """
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: good}
                        ---
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: {name: bad}
                        spec:
                          replcas: 2
                        """);

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err())
                .contains("replcas")
                .contains("did you mean replicas")
                .contains("9:3");
        assertThat(cluster.gantry("get", "configmap", "good").exit()).isEqualTo(1);
    }

    @Test
    void missingProgramIsSaidInPlainWords() {
        cluster.apply(
                        """
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: nothing}
                        spec:
                          restartPolicy: Never
                          containers:
                          - {name: main, image: "%s", command: [/bin/not-there]}
                        """
                                .formatted(Workloads.IMAGE))
                .orFail();

        Await.until(
                SOON,
                () ->
                        assertThat(cluster.gantry("describe", "pod", "nothing").orFail())
                                .contains("/bin/not-there"));
    }
}

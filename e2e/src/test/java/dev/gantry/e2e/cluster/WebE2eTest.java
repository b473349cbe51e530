package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a user sees of one cluster on one host, through the command line of the built distribution.
@Tag("e2e")
class WebE2eTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String IMAGE = "gantry.dev/examples/web:1";

    private static Cluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = Cluster.start();
        Path archive = Files.createTempFile("web", ".tar");
        try {
            Path root = Path.of(System.getProperty("gantry.root"));
            Command.run(
                            SOON,
                            Map.of(),
                            List.of(
                                    root.resolve("deploy/examples/make-busybox-image").toString(),
                                    archive.toString()))
                    .orFail();
            cluster.gantry("load", "-i", archive.toString()).orFail();
        } finally {
            Files.delete(archive);
        }
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static String deployment(String name, int replicas, String environment) {
        return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %1$s}
        spec:
          replicas: %2$d
          selector: {matchLabels: {app: %1$s}}
          template:
            metadata: {labels: {app: %1$s}}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: web
                image: %3$s
                ports: [{name: http, containerPort: 80}]
                env: [{name: STAGE, value: "%4$s"}]
                readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s}
        spec:
          selector: {app: %1$s}
          ports: [{port: 80, targetPort: http}]
        """
                .formatted(name, replicas, IMAGE, environment);
    }

    private static String pod(String name, String restartPolicy, String command) {
        return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          restartPolicy: %s
          terminationGracePeriodSeconds: 0
          containers:
          - name: main
            image: %s
            command: ["sh", "-c", %s]
        """
                .formatted(name, restartPolicy, IMAGE, '"' + command.replace("\"", "\\\"") + '"');
    }

    private static String jsonPath(String kind, String name, String path) {
        return cluster.gantry("get", kind, name, "-o", "jsonpath=" + path).orFail().strip();
    }

    private static void awaitPhase(String pod, String phase) {
        Await.until(
                SOON,
                () -> {
                    String seen = jsonPath("pod", pod, "{.status.phase}");
                    if (!seen.equals(phase)) {
                        throw new AssertionError(
                                "phase is "
                                        + seen
                                        + "\n"
                                        + cluster.gantry("describe", "pod", pod).out()
                                        + cluster.logs());
                    }
                });
    }

    private static void awaitReady(String deployment, int replicas) {
        Await.until(
                SOON,
                () -> {
                    String seen = jsonPath("deployment", deployment, "{.status.availableReplicas}");
                    if (!seen.equals(Integer.toString(replicas))) {
                        throw new AssertionError(
                                "available: "
                                        + seen
                                        + "\n"
                                        + cluster.gantry("get", "pods", "-o", "wide").out()
                                        + cluster.gantry("events").out()
                                        + cluster.logs());
                    }
                });
    }

    private static Command.Result fetch(String url) {
        return Command.run(
                Duration.ofSeconds(20), Map.of(), List.of("curl", "-fsS", "-m", "5", url));
    }

    @Test
    void servicesAnswerByAddressAndByName() {
        cluster.apply(deployment("shop", 2, "one")).orFail();
        awaitReady("shop", 2);
        String address = jsonPath("service", "shop", "{.spec.clusterIP}");

        Await.until(
                SOON,
                () ->
                        assertThat(fetch("http://" + address + "/").out())
                                .contains("Hello from Gantry"));
        cluster.apply(
                        pod(
                                "visitor",
                                "Never",
                                "wget -qO- http://shop && wget -qO- http://shop.default.svc"))
                .orFail();
        awaitPhase("visitor", "Succeeded");

        assertThat(cluster.gantry("logs", "visitor").orFail().lines())
                .hasSize(2)
                .allMatch(line -> line.contains("Hello from Gantry"));
    }

    @Test
    void rollingUpdateAndRollbackReachTheRightRevision() {
        cluster.apply(deployment("rolling", 3, "one")).orFail();
        awaitReady("rolling", 3);

        cluster.apply(deployment("rolling", 3, "two")).orFail();
        cluster.gantry("rollout", "status", "deployment/rolling", "--timeout", "50s").orFail();
        assertThat(stageOf("rolling")).isEqualTo("two");

        cluster.gantry("rollout", "undo", "deployment/rolling").orFail();
        cluster.gantry("rollout", "status", "deployment/rolling", "--timeout", "50s").orFail();

        assertThat(stageOf("rolling")).isEqualTo("one");
        assertThat(
                        jsonPath(
                                "deployment",
                                "rolling",
                                "{.metadata.annotations.deployment\\.kubernetes\\.io/revision}"))
                .isEqualTo("3");
    }

    private static String stageOf(String deployment) {
        return cluster.gantry("exec", "deployment/" + deployment, "--", "sh", "-c", "echo $STAGE")
                .orFail()
                .strip();
    }

    @Test
    void exitCodeAndRestartPolicyShowInTheStatus() {
        cluster.apply(pod("fails", "Never", "echo sorry; exit 7")).orFail();
        cluster.apply(pod("repeats", "OnFailure", "exit 3")).orFail();

        awaitPhase("fails", "Failed");
        assertThat(
                        jsonPath(
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
                                                        + jsonPath(
                                                                "pod",
                                                                "repeats",
                                                                "{.status.containerStatuses[0]"
                                                                        + ".restartCount}")))
                                .isGreaterThanOrEqualTo(1));
        cluster.gantry("delete", "pod", "repeats", "fails").orFail();
    }

    @Test
    void execPassesInputOutputAndExitCode() {
        cluster.apply(pod("worker", "Always", "sleep 1000")).orFail();
        awaitPhase("worker", "Running");

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
    void overEaterIsKilledAndItsPodSaysSo() {
        cluster.apply(
                        pod("eater", "Never", "tail /dev/zero")
                                + "    resources: {limits: {memory: 32Mi}}\n")
                .orFail();

        awaitPhase("eater", "Failed");

        assertThat(
                        jsonPath(
                                "pod",
                                "eater",
                                "{.status.containerStatuses[0].state.terminated.reason}"))
                .isEqualTo("OOMKilled");
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
                                .formatted(IMAGE))
                .orFail();

        Await.until(
                SOON,
                () ->
                        assertThat(cluster.gantry("describe", "pod", "nothing").orFail())
                                .contains("/bin/not-there"));
    }
}

package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Startup, readiness and liveness probes, each by HTTP, TCP and exec, of a web server whose page
/// can be taken away and that can be stopped.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
class ProbesE2eTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final List<String> HOWS = List.of("http", "tcp", "exec");
    private static final String FIRST = "{.status.containerStatuses[0].%s}";

    private final Cluster cluster;
    private final Pods pods;

    ProbesE2eTest(Cluster cluster) {
        this.cluster = cluster;
        this.pods = new Pods(cluster);
    }

    @BeforeAll
    static void start(Cluster cluster) {
        StringBuilder manifests = new StringBuilder();
        for (String how : HOWS) {
            manifests.append(
                    pod("ready", how, true, "readinessProbe: {%s, failureThreshold: 1, %s}"));
            manifests.append(
                    pod("live", how, true, "livenessProbe: {%s, failureThreshold: 3, %s}"));
            // Its liveness probe fails from the beginning, which nobody must notice.
            manifests.append(
                    pod("start", how, false, "startupProbe: {%s, failureThreshold: 3600, %s}"));
            manifests.append(
                    "    livenessProbe: {exec: {command: [test, -e, /tmp/live]}, periodSeconds: 1,"
                            + " failureThreshold: 1}\n");
            manifests.append(
                    pod("dead", how, false, "startupProbe: {%s, failureThreshold: 2, %s}"));
        }
        manifests.append(
                """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: probed}
                spec:
                  selector: {group: ready}
                  ports: [{port: 80}]
                """);
        cluster.apply(manifests.toString()).orFail();
    }

    private static String pod(String group, String how, boolean serves, String probe) {
        String ask =
                switch (how) {
                    case "http" -> "httpGet: {path: /ok, port: web}";
                    case "tcp" -> "tcpSocket: {port: 80}";
                    default -> "exec: {command: [sh, -c, 'cat /www/ok || { echo gone; exit 1; }']}";
                };
        return """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: %1$s-%2$s, labels: {group: %1$s}}
        spec:
          terminationGracePeriodSeconds: 0
          containers:
          - name: main
            image: %3$s
            ports: [{name: web, containerPort: 80}]
            command: [sh, -c, "mkdir /www; %4$s exec sleep 1000"]
            %5$s
        """
                .formatted(
                        group,
                        how,
                        Workloads.IMAGE,
                        serves ? SERVE : "",
                        probe.formatted(ask, "periodSeconds: 1"));
    }

    private static final String SERVE = "touch /www/ok; httpd -p 80 -h /www;";
    private static final String BREAK = "rm /www/ok; kill $(pidof httpd)";

    @AfterAll
    static void delete(Cluster cluster) {
        cluster.gantry("delete", "service", "probed").orFail();
        for (String group : List.of("ready", "live", "start", "dead")) {
            cluster.gantry("delete", "pod", "-l", "group=" + group).orFail();
        }
    }

    private void run(String group, String script) {
        for (String how : HOWS) {
            cluster.gantry("exec", group + "-" + how, "--", "sh", "-c", script).orFail();
        }
    }

    // A field of the first container of each pod of a group.
    private void await(String group, String field, String values) {
        Await.until(
                SOON,
                () ->
                        assertThat(
                                        cluster.gantry(
                                                        "get",
                                                        "pods",
                                                        "-l",
                                                        "group=" + group,
                                                        "-o",
                                                        "jsonpath={.items[*].status"
                                                                + ".containerStatuses[0]."
                                                                + field
                                                                + "}")
                                                .orFail()
                                                .strip())
                                .as(field + " of " + group)
                                .isEqualTo(values));
    }

    private void awaitReadyEndpoints(String... names) {
        Await.until(
                SOON,
                () ->
                        assertThat(
                                        cluster.gantry(
                                                        "get",
                                                        "endpointslices",
                                                        "-l",
                                                        "kubernetes.io/service-name=probed",
                                                        "-o",
                                                        "jsonpath={.items[*].endpoints[?(@"
                                                                + ".conditions.ready==true)]"
                                                                + ".targetRef.name}")
                                                .orFail()
                                                .strip()
                                                .split(" "))
                                .containsExactlyInAnyOrder(names));
    }

    @Test
    void readinessDecidesWhoGetsTraffic() {
        await("ready", "ready", "true true true");
        awaitReadyEndpoints("ready-http", "ready-tcp", "ready-exec");

        run("ready", BREAK);
        await("ready", "ready", "false false false");
        awaitReadyEndpoints("");
        pods.awaitEvent("ready-http", "Readiness probe failed: ");
        pods.awaitEvent("ready-tcp", "Readiness probe failed: ");
        pods.awaitEvent("ready-exec", "Readiness probe failed: ");

        run("ready", SERVE);
        await("ready", "ready", "true true true");
        awaitReadyEndpoints("ready-http", "ready-tcp", "ready-exec");
        await("ready", "restartCount", "0 0 0");
    }

    @Test
    void livenessRestartsWhatNoLongerAnswers() {
        await("live", "ready", "true true true");

        run("live", BREAK);

        for (String how : HOWS) {
            pods.awaitRestarts("live-" + how, 1);
            pods.awaitEvent("live-" + how, "Liveness probe failed: ");
            pods.awaitEvent(
                    "live-" + how, "Container main failed liveness probe, will be restarted");
            assertThat(cluster.gantry("describe", "pod", "live-" + how).orFail())
                    .contains("Unhealthy")
                    .contains("Killing");
        }
        pods.awaitEvent("live-exec", "gone");
        await("live", "ready", "true true true");
    }

    @Test
    void startupProbeHoldsTheOthersBack() {
        for (String how : HOWS) {
            pods.awaitEvent("start-" + how, "Startup probe failed: ");
            assertThat(cluster.gantry("describe", "pod", "start-" + how).orFail())
                    .doesNotContain("Liveness probe failed");
        }
        await("start", "started", "false false false");
        await("start", "restartCount", "0 0 0");
    }

    @Test
    void startupProbeThatNeverSucceedsRestarts() {
        for (String how : HOWS) {
            String pod = "dead-" + how;
            pods.awaitRestarts(pod, 1);
            pods.awaitEvent(pod, "Container main failed startup probe, will be restarted");
            assertThat(cluster.field("pod", pod, FIRST.formatted("ready"))).isEqualTo("false");
            assertThat(cluster.field("pod", pod, FIRST.formatted("lastState.terminated.exitCode")))
                    .isEqualTo("137");
        }
    }
}

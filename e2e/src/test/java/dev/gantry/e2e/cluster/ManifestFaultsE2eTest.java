package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// One bad object among good ones, however they come: the place is named and nothing is changed.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
class ManifestFaultsE2eTest {

    private final Cluster cluster;

    ManifestFaultsE2eTest(Cluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void folderWithOneBadFileChangesNothing(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("1-good.yaml"), configMap("folder-good"));
        Files.writeString(
                folder.resolve("2-bad.yaml"),
                """
                apiVersion: v1
                kind: Service
                metadata: {name: folder-bad}
                spec:
                  ports:
                  - {port: eighty}
                """);

        Command.Result result = cluster.gantry("apply", "-f", folder.toString());

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).contains("2-bad.yaml:6:12", "spec.ports[0].port", "eighty");
        assertAbsent("folder-good");
    }

    @Test
    void listWithOneBadItemChangesNothing() {
        Command.Result result =
                cluster.apply(
                        """
                        apiVersion: v1
                        kind: List
                        items:
                        - {apiVersion: v1, kind: ConfigMap, metadata: {name: list-good}}
                        - apiVersion: apps/v1
                          kind: Deployment
                          metadata: {name: list-bad}
                          spec: {replicsa: 1}
                        """);

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).contains("input:8:10", "replicsa", "did you mean replicas");
        assertAbsent("list-good");
    }

    @Test
    void oneInvalidSelectorAmongGoodOnesChangesNothing() {
        Command.Result result =
                cluster.apply(
                        configMap("selector-good")
                                + "---\n"
                                + deployment("selector-bad", "other", "selector-bad"));

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).contains("selector-bad", "selector", "labels");
        assertAbsent("selector-good");
    }

    // Only the server can know: the field may be set once, and has been.
    @Test
    void oneImmutableFieldAmongGoodOnesChangesNothing() {
        cluster.apply(deployment("fixed", "one", "one")).orFail();

        Command.Result result =
                cluster.apply(
                        configMap("fixed-before")
                                + "---\n"
                                + deployment("fixed", "two", "two")
                                + "---\n"
                                + configMap("fixed-after"));

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).contains("input:8:3", "spec.selector", "immutable");
        assertAbsent("fixed-before");
        assertAbsent("fixed-after");
        assertThat(cluster.field("deployment", "fixed", "{.spec.selector.matchLabels.app}"))
                .isEqualTo("one");
        cluster.gantry("delete", "deployment", "fixed").orFail();
    }

    @Test
    void takenHostPortIsSaidByThePod() throws IOException {
        try (var taken = new java.net.ServerSocket(0)) {
            String program = "httpd -f -p " + taken.getLocalPort();
            cluster.apply(
                            Workloads.pod("collides", "Never", program)
                                    .replace("spec:\n", "spec:\n  hostNetwork: true\n"))
                    .orFail();

            cluster.awaitPhase("collides", "Failed");

            assertThat(cluster.gantry("logs", "collides").orFail())
                    .contains("Address already in use");
            cluster.gantry("delete", "pod", "collides").orFail();
        }
    }

    private void assertAbsent(String name) {
        Command.Result result = cluster.gantry("get", "configmap", name);
        assertThat(result.exit()).as(result.out()).isEqualTo(1);
        assertThat(result.err()).contains("not found");
    }

    private static String configMap(String name) {
        return "{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + "}}\n";
    }

    private static String deployment(String name, String selected, String labelled) {
        return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %s}
        spec:
          replicas: 0
          selector: {matchLabels: {app: %s}}
          template:
            metadata: {labels: {app: %s}}
            spec:
              containers:
              - {name: main, image: "%s"}
        """
                .formatted(name, selected, labelled, Workloads.IMAGE);
    }
}

package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// An etcd that hangs, that is gone, or that is not there yet: writes are refused in plain words,
/// reads go on, and all mends itself.
@Tag("e2e")
class StoreFaultsE2eTest {

    private static final Duration SOON = Duration.ofSeconds(90);

    @Test
    void writesAreRefusedReadsAnsweredAndAllMendsItself() {
        try (Cluster cluster = Cluster.start()) {
            cluster.apply(configMap("before")).orFail();

            cluster.signal("etcd", "STOP");
            assertRefusedButReadable(cluster, "hangs");
            cluster.signal("etcd", "CONT");
            awaitWrite(cluster, "resumed");

            cluster.signal("supervisor", "STOP");
            cluster.kill("etcd");
            assertRefusedButReadable(cluster, "gone");
            cluster.signal("supervisor", "CONT");
            awaitWrite(cluster, "restarted");

            assertThat(cluster.gantry("get", "configmaps", "-o", "name").orFail())
                    .contains("before", "resumed", "restarted");
        }
    }

    private static void assertRefusedButReadable(Cluster cluster, String name) {
        Command.Result write = cluster.apply(configMap(name));
        assertThat(write.exit()).as(write.err()).isEqualTo(1);
        assertThat(write.err()).contains("etcd at 127.0.0.1:", "does not answer");
        assertThat(cluster.gantry("get", "configmap", "before", "-o", "name").orFail())
                .contains("before");
        assertThat(cluster.gantry("get", "configmaps").orFail()).contains("before");
        assertThat(cluster.gantry("status").out()).contains("etcd");
    }

    private static void awaitWrite(Cluster cluster, String name) {
        Await.until(SOON, () -> cluster.apply(configMap(name)).orFail());
    }

    @Test
    void serverWaitsForAnEtcdThatIsNotThereYet() throws Exception {
        Path data = Files.createTempDirectory("gantry-e2e-");
        Path log = data.resolve("server.log");
        int base = Cluster.freePorts();
        String etcd = "http://127.0.0.1:" + (base + 3);
        Process server = start(log, serverWords(data, base, etcd));
        Process store = null;
        try {
            Await.until(
                    SOON,
                    () -> assertThat(ready(base)).startsWith("waiting for etcd at").contains(etcd));
            Await.until(
                    SOON,
                    () ->
                            assertThat(text(log))
                                    .contains("etcd does not answer, waiting for it", "refused"));
            store = start(data.resolve("etcd.log"), etcdWords(data, base, etcd));
            Await.until(SOON, () -> assertThat(ready(base)).isEqualTo("ok\n"));
            assertThat(server.isAlive()).isTrue();
        } finally {
            end(server);
            end(store);
            Command.run(SOON, Map.of(), List.of("rm", "-rf", data.toString())).orFail();
        }
    }

    private static List<String> serverWords(Path data, int base, String etcd) {
        return List.of(
                Path.of(System.getProperty("gantry.root"), "target/gantry/bin/gantry").toString(),
                "server",
                "--data-dir",
                data.resolve("server").toString(),
                "--listen",
                "127.0.0.1:" + base,
                "--metrics-listen",
                "127.0.0.1:" + (base + 1),
                "--etcd",
                etcd);
    }

    private static List<String> etcdWords(Path data, int base, String clients) {
        String peers = "http://127.0.0.1:" + (base + 4);
        return List.of(
                "etcd",
                "--data-dir",
                data.resolve("etcd").toString(),
                "--listen-client-urls",
                clients,
                "--advertise-client-urls",
                clients,
                "--listen-peer-urls",
                peers,
                "--initial-advertise-peer-urls",
                peers,
                "--initial-cluster",
                "default=" + peers);
    }

    private static Process start(Path log, List<String> words) throws Exception {
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private static void end(@org.jspecify.annotations.Nullable Process process)
            throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    private static String ready(int base) {
        return Command.run(
                        SOON,
                        Map.of(),
                        List.of(
                                "curl",
                                "-s",
                                "-m",
                                "5",
                                "http://127.0.0.1:" + (base + 1) + "/readyz"))
                .out();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String configMap(String name) {
        return "{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + "}}\n";
    }
}

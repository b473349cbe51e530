package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A port that another process has: `gantry up` says so at once, and nothing is left of it; an
/// agent whose name server's port is taken waits for it.
@Tag("e2e")
class PortsE2eTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(60);
    // Sockets of a session that is just being opened or closed.
    private static final int SLACK = 4;

    private final Path program =
            Path.of(System.getProperty("gantry.root")).resolve("target/gantry/bin/gantry");

    // The listener accepts nothing: whoever connects to learn whether it is there waits.
    @ParameterizedTest
    @CsvSource({
        "0, the API",
        "1, metrics of the control plane",
        "2, metrics of the agent",
        "3, etcd"
    })
    void upNamesTheTakenPortAndItsHolder(int offset, String use) throws Exception {
        Path data = Files.createTempDirectory("gantry-ports-");
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            int port = taken.getLocalPort();

            Command.Result result = up(data, port - offset);

            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.err())
                    .contains("port " + port + ", for " + use + ", is in use")
                    .contains("by java (process " + ProcessHandle.current().pid() + ")")
                    .contains("--port-base");
            assertThat(HostState.now(data.toString()).items().get("processes"))
                    .noneMatch(process -> process.contains(data.toString()));
        } finally {
            Command.run(LIMIT, Map.of(), List.of("rm", "-rf", data.toString())).orFail();
        }
    }

    @Test
    void agentWaitsForThePortOfItsNameServerAndHoldsNothingMeanwhile() throws Exception {
        try (Cluster cluster = Cluster.create(Files.createTempDirectory("gantry-e2e-"))) {
            String address = cluster.nameServer().getAddress().getHostAddress() + "/32";
            Command.run(LIMIT, Map.of(), List.of("ip", "address", "add", address, "dev", "lo"))
                    .orFail();
            try {
                CompletableFuture<Void> up;
                try (var _ = new DatagramSocket(cluster.nameServer())) {
                    up = CompletableFuture.runAsync(cluster::up);
                    awaitRefusals(cluster, 1);
                    long before = descriptors(cluster);
                    awaitRefusals(cluster, 9);
                    assertThat(descriptors(cluster)).isLessThanOrEqualTo(before + SLACK);
                }
                up.join();
            } finally {
                Command.run(LIMIT, Map.of(), List.of("ip", "address", "del", address, "dev", "lo"))
                        .orFail();
            }
        }
    }

    private static void awaitRefusals(Cluster cluster, int count) {
        Await.until(
                SOON,
                () ->
                        assertThat(agentLog(cluster))
                                .filteredOn(line -> line.contains("failed to serve DNS at"))
                                .hasSizeGreaterThanOrEqualTo(count));
    }

    private static List<String> agentLog(Cluster cluster) {
        try {
            return Files.readAllLines(cluster.data().resolve("logs/agent.log"));
        } catch (IOException e) {
            throw new AssertionError("the agent has no log yet", e);
        }
    }

    private static long descriptors(Cluster cluster) throws IOException {
        try (var all = Files.list(Path.of("/proc/" + cluster.pid("agent") + "/fd"))) {
            return all.count();
        }
    }

    private Command.Result up(Path data, int base) {
        return Command.run(
                LIMIT,
                Map.of(),
                List.of(
                        program.toString(),
                        "up",
                        "--detach",
                        "--data-dir",
                        data.toString(),
                        "--port-base",
                        Integer.toString(base)));
    }
}

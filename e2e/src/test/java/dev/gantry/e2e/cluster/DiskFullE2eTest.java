package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A node whose disk is full says so, keeps nothing by halves, and works again once there is room.
@Tag("e2e")
class DiskFullE2eTest {

    private static final Duration SOON = Duration.ofSeconds(90);

    @Test
    void fullDiskIsNamedAndNothingIsKeptByHalves() throws Exception {
        Path data = Files.createTempDirectory("gantry-e2e-");
        Path agent = Files.createDirectory(data.resolve("agent"));
        run("mount", "-t", "tmpfs", "-o", "size=32m,mode=700", "gantry-disk", agent.toString());
        Path ballast = agent.resolve("ballast");
        Cluster cluster = Cluster.start(data);
        try {
            String archive = cluster.archive().toString();
            fill(ballast);

            Command.Result load = cluster.gantry("load", "-i", archive);
            assertThat(load.exit()).as(load.out() + load.err()).isEqualTo(1);
            assertThat(load.out() + load.err())
                    .containsIgnoringCase("no space left")
                    .contains(agent.toString(), "gantry rmi");
            assertThat(cluster.gantry("images").orFail()).doesNotContain("examples/web");

            Files.delete(ballast);
            cluster.gantry("load", "-i", archive).orFail();
            fill(ballast);
            cluster.apply(Workloads.pod("late", "Never", "echo there was room")).orFail();
            Await.until(
                    SOON,
                    () ->
                            assertThat(cluster.gantry("describe", "pod", "late").orFail())
                                    .as(cluster.logs())
                                    .containsIgnoringCase("no space left on device")
                                    .contains(agent.toString()));

            Files.delete(ballast);
            cluster.awaitPhase("late", "Succeeded");
            assertThat(cluster.gantry("logs", "late").orFail()).isEqualTo("there was room\n");
        } finally {
            cluster.down();
            run("umount", "-l", agent.toString());
            run("rm", "-rf", data.toString());
        }
    }

    private static void fill(Path file) throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static void run(String... words) {
        Command.run(SOON, Map.of(), List.of(words)).orFail();
    }
}

package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.loop.SeededTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Whole clusters under faults. A failure names its seed; `-Dgantry.seed=N` replays that one
/// exactly.
class ClusterSimulationTest {
    private static final Path MEMORY = Path.of("/dev/shm");

    @SeededTest(seeds = 100)
    void clusterKeepsItsPromisesUnderFaultsAndConvergesAfterThem(long seed) throws Exception {
        simulate(seed);
    }

    @Test
    void sameSeedGivesTheSameTrace() throws Exception {
        List<String> trace = simulate(7);

        assertThat(simulate(7)).isEqualTo(trace).hasSizeGreaterThan(200);
        assertThat(simulate(8)).isNotEqualTo(trace);
    }

    private static List<String> simulate(long seed) throws Exception {
        Path directory = directory();
        try (var alarms = new Alarms()) {
            var world = new World(seed, directory);
            alarms.raiseIn(world.trace());
            return world.run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + " (replay with -Dgantry.seed=" + seed + "): " + e.getMessage(),
                    e);
        } finally {
            delete(directory);
        }
    }

    // Agents make their records durable; in memory that costs nothing.
    private static Path directory() throws IOException {
        return Files.isWritable(MEMORY)
                ? Files.createTempDirectory(MEMORY, "gantry-sim-")
                : Files.createTempDirectory("gantry-sim-");
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

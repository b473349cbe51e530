package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// `deploy/quickstart` as a newcomer runs it: it works, works again, and leaves nothing behind.
@Tag("e2e")
class QuickstartE2eTest {

    private static final Duration LIMIT = Duration.ofMinutes(8);

    @Test
    void worksTwiceAndLeavesNothingBehind() throws Exception {
        Path data = Files.createTempDirectory("gantry-quickstart-").resolve("data");
        HostState before = HostState.now(data.toString());

        String first = quickstart(data).orFail();
        String second = quickstart(data).orFail();
        quickstart(data, "--stop").orFail();

        assertThat(first).contains("gantry get pods");
        assertThat(second).contains("gantry get pods");
        assertThat(HostState.now(data.toString())).isEqualTo(before);
        assertThat(data).doesNotExist();
    }

    private static Command.Result quickstart(Path data, String... words) {
        String script =
                Path.of(System.getProperty("gantry.root")).resolve("deploy/quickstart").toString();
        List<String> command = words.length == 0 ? List.of(script) : List.of(script, words[0]);
        return Command.run(
                LIMIT,
                Map.of(
                        "GANTRY_DATA_DIR",
                        data.toString(),
                        "GANTRY_UP_FLAGS",
                        "--port-base 27520 --pod-cidr 10.240.0.0/16 --service-cidr 10.241.0.0/16"),
                command);
    }
}

package dev.gantry.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What README.md and docs/first-container.md tell a newcomer to type, typed: in one shell, in
/// their order, in a fresh clone, from nothing to a container of one's own.
///
/// What the clone's build would give stands in it already where this repository has it.
@Tag("e2e")
class ReadmeE2eTest {

    private static final Duration LIMIT = Duration.ofMinutes(9);
    private static final String CLONE = "git clone <this repository> gantry && cd gantry";

    private final Path root = Path.of(System.getProperty("gantry.root")).toAbsolutePath();
    private final Path folder = Files.createTempDirectory("gantry-readme-");
    private final Path data = folder.resolve("data");
    private final Path clone = folder.resolve("gantry");

    ReadmeE2eTest() throws IOException {}

    @AfterEach
    void delete() {
        run(List.of("rm", "-rf", folder.toString())).orFail();
    }

    @Test
    void commandsRunAsTheyStandAndLeaveNothingBehind() throws IOException {
        HostState before = HostState.now(data.toString());
        List<String> commands = new ArrayList<>(commands("README.md"));
        assertThat(commands).contains(CLONE, "deploy/quickstart");
        commands.set(commands.indexOf(CLONE), "cd " + clone);
        commands.addAll(commands("docs/first-container.md"));
        run(List.of("git", "clone", "-q", root.toString(), clone.toString())).orFail();
        lendBuild();

        Command.Result result;
        try {
            result = run(List.of("bash", "-euxo", "pipefail", "-c", String.join("\n", commands)));
            assertThat(result.exit()).as(result.out() + result.err()).isZero();
            assertThat(result.out())
                    .containsPattern("(?m)^pod/hello created$")
                    .contains("Hello from Gantry")
                    .contains("example/hello:1");
            run(List.of(clone.resolve("deploy/quickstart").toString())).orFail();
        } finally {
            run(List.of(clone.resolve("deploy/quickstart").toString(), "--stop")).orFail();
        }
        assertThat(HostState.now(data.toString())).isEqualTo(before);
        assertThat(data).doesNotExist();
    }

    // The lines of the blocks fenced as sh, without their comments.
    private List<String> commands(String document) throws IOException {
        List<String> found = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(root.resolve(document), UTF_8)) {
            if (line.startsWith("```")) {
                inside = line.equals("```sh");
            } else if (inside && !line.isBlank()) {
                found.add(line);
            }
        }
        return found;
    }

    // deploy/build sees by itself whether the lent distribution is that of the clone's sources.
    private void lendBuild() {
        String copy =
                "mkdir -p '%2$s/target' && cp -a '%1$s/target/gantry' '%2$s/target/' &&"
                        + " cp '%1$s/target/gantry.fingerprint' '%2$s/target/'";
        run(List.of("sh", "-c", copy.formatted(root, clone)));
    }

    private Command.Result run(List<String> words) {
        return Command.run(
                LIMIT,
                Map.of(
                        "GANTRY_DATA_DIR",
                        data.toString(),
                        "GANTRY_CONFIG",
                        data.resolve("admin.yaml").toString(),
                        "GANTRY_UP_FLAGS",
                        "--port-base 27520 --pod-cidr 10.240.0.0/16 --service-cidr 10.241.0.0/16"),
                words);
    }
}

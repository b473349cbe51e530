package dev.gantry.agent.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class AdoptionTest {
    @TempDir Path directory;
    private final String cgroupRoot = "gantry-test-" + Long.toHexString(System.nanoTime());
    private final List<TestHost> hosts = new ArrayList<>();

    @AfterEach
    void stop() throws InterruptedException {
        for (TestHost host : hosts) {
            host.close();
        }
    }

    private TestHost host() throws IOException {
        var host = new TestHost(directory, cgroupRoot);
        hosts.add(host);
        return host;
    }

    /// Starts another JVM that launches the scripts; kills it -9 and returns the pids it printed.
    private List<String> launchAndKill(String... scripts) throws IOException, InterruptedException {
        var command =
                new ArrayList<>(
                        List.of(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-Dgantry.root=" + System.getProperty("gantry.root"),
                                "-cp",
                                System.getProperty("java.class.path"),
                                AdoptedHost.class.getName(),
                                directory.toString(),
                                cgroupRoot));
        command.addAll(List.of(scripts));
        Process agent =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var lines = new ArrayList<String>();
        try (var out = new BufferedReader(new InputStreamReader(agent.getInputStream(), UTF_8))) {
            String line = out.readLine();
            while (line != null && !line.equals("ready")) {
                lines.add(line);
                line = out.readLine();
            }
        }
        agent.destroyForcibly().waitFor();
        return lines;
    }

    @Test
    @Tag("vm")
    void runningContainersLiveOnAndEndedOnesAreReportedOnce() throws Exception {
        List<String> pids =
                launchAndKill(
                        "trap 'echo after; exit 6' TERM; while :; do sleep 0.05; done",
                        "seq 1 20000; exit 9");
        Path log = directory.resolve("c1.log");
        while (!Files.exists(directory.resolve("runtime/containers/c1/exit"))) {
            Thread.onSpinWait();
        }

        TestHost host = host();
        List<AdoptedContainer> adopted = host.runtime.adopt();

        var running = (AdoptedContainer.Running) adopted.get(0);
        var ended = (AdoptedContainer.Ended) adopted.get(1);
        assertThat("pid " + running.started().pid()).isEqualTo(pids.get(0));
        assertThat(Path.of("/proc/" + running.started().pid())).exists();
        assertThat(ended.exit().exitCode()).isEqualTo(9);
        assertThat(log).exists();
        assertThat(host.output("c1").lines()).hasSize(20_000);
        host.runtime.signal("c0", 15);
        assertThat(host.exit().exitCode()).isEqualTo(6);
        assertThat(host.output("c0")).isEqualTo("after\n");
        assertThat(host.exits).isEmpty();
    }

    @Test
    void containerWhoseShimIsKilledEndsAndSaysWhy() throws Exception {
        TestHost host = host();
        Started started = host.runtime.launch(host.spec("a", ProcessSpec.of("/bin/sleep", "1000")));

        killShim("a");
        ContainerExit exit = host.exit();

        assertThat(exit.exitCode()).isEqualTo(137);
        assertThat(exit.message()).contains("shim was killed");
        // Its new parent may be slow to reap it: what runs no more has no memory map.
        Path maps = Path.of("/proc/" + started.pid() + "/cmdline");
        assertThat(Files.exists(maps) ? Files.readString(maps) : "").isEmpty();
    }

    @Test
    void shimThatIsGoneBeforeAdoptionIsReported() throws Exception {
        launchAndKill("sleep 1000");
        killShim("c0");

        TestHost host = host();
        List<AdoptedContainer> adopted = host.runtime.adopt();

        assertThat(adopted).hasSize(1);
        assertThat(((AdoptedContainer.Ended) adopted.getFirst()).exit().exitCode()).isEqualTo(137);
    }

    @Test
    void launchThatWasCutShortLeavesNothing() throws Exception {
        TestHost host = host();
        new StateDirectory(directory.resolve("runtime/containers/half"))
                .create("burstable/pod/half");

        assertThat(host.runtime.adopt()).isEmpty();
        assertThat(directory.resolve("runtime/containers/half")).doesNotExist();
    }

    private void killShim(String id) throws IOException {
        Path file = directory.resolve("runtime/containers/" + id + "/shim");
        String pid = Files.readString(file).lines().findFirst().orElseThrow().substring(4);
        ProcessHandle shim = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        shim.destroyForcibly();
        shim.onExit().join();
    }
}

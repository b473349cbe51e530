package dev.gantry.agent.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class NativeExecTest {
    @TempDir Path directory;
    private TestHost host;

    @BeforeEach
    void start() throws IOException {
        host = new TestHost(directory);
    }

    @AfterEach
    void stop() throws InterruptedException {
        host.close();
    }

    private void sleeper() throws InterruptedException {
        host.runtime.launch(host.spec("a", ProcessSpec.of("/bin/sleep", "1000")));
    }

    private ExecProcess exec(boolean terminal, boolean stdin, String script)
            throws InterruptedException {
        return host.runtime.exec(
                "a",
                new ExecSpec(
                        List.of("/bin/sh", "-c", script),
                        null,
                        null,
                        null,
                        terminal,
                        stdin,
                        80,
                        24));
    }

    @Test
    @Tag("vm")
    void execRunsInsideWithTheSameConfinement() throws Exception {
        sleeper();
        String script =
                "id -u; hostname; cat /proc/1/cmdline | tr '\\0' ' '; echo;"
                        + " cat /proc/self/status; ls /proc/self/fd; echo bad >&2; exit 5";

        try (ExecProcess exec = exec(false, false, script)) {
            String out = new String(exec.stdout().readAllBytes(), UTF_8);
            String err = new String(exec.stderr().readAllBytes(), UTF_8);

            assertThat(exec.waitFor()).isEqualTo(5);
            assertThat(out).startsWith("0\nweb-0\n/bin/sleep 1000");
            assertThat(out).contains("CapEff:\t00000000a80425fb", "Seccomp:\t2");
            assertThat(out).contains("CapInh:\t0000000000000000").endsWith("0\n1\n2\n3\n");
            assertThat(err).isEqualTo("bad\n");
        }
    }

    @Test
    @Tag("vm")
    void execIsCountedInTheContainersGroup() throws Exception {
        sleeper();

        try (ExecProcess exec = exec(false, false, "echo up; exec sleep 1000")) {
            assertThat(exec.stdout().read()).isEqualTo('u');
            assertThat(host.runtime.usage("a").processes()).isEqualTo(2);
        }
    }

    @Test
    void inputIsCopiedUntilItsEnd() throws Exception {
        sleeper();

        try (ExecProcess exec = exec(false, true, "cat; echo done")) {
            exec.stdin().write("one\n".getBytes(UTF_8));
            exec.stdin().close();

            assertThat(new String(exec.stdout().readAllBytes(), UTF_8)).isEqualTo("one\ndone\n");
            assertThat(exec.waitFor()).isZero();
        }
    }

    @Test
    @Tag("vm")
    void terminalHasASizeAndEchoes() throws Exception {
        sleeper();

        try (ExecProcess exec = exec(true, true, "stty size; read x; stty size; echo got $x")) {
            byte[] first = exec.stdout().readNBytes("24 80\r\n".length());
            exec.resize(100, 30);
            exec.stdin().write("hi\n".getBytes(UTF_8));
            String rest = new String(exec.stdout().readAllBytes(), UTF_8);

            assertThat(new String(first, UTF_8)).isEqualTo("24 80\r\n");
            assertThat(rest).contains("30 100\r\n", "got hi\r\n");
            assertThat(exec.waitFor()).isZero();
        }
    }

    @Test
    @Tag("vm")
    void closingKillsTheProgram() throws Exception {
        sleeper();
        ExecProcess exec = exec(false, false, "echo up; exec sleep 1000");
        assertThat(exec.stdout().read()).isEqualTo('u');

        exec.close();

        assertThat(host.runtime.usage("a").processes()).isEqualTo(1);
    }

    @Test
    void idleExecsHoldNoCarriers() throws Exception {
        sleeper();
        int more = Runtime.getRuntime().availableProcessors() + 1;
        var idle = new ArrayList<ExecProcess>();
        var readers = new ArrayList<Thread>();
        for (int i = 0; i < more; i++) {
            ExecProcess exec = exec(false, false, "exec sleep 1000");
            idle.add(exec);
            readers.add(Thread.ofVirtual().start(() -> readAll(exec)));
        }
        for (Thread reader : readers) {
            while (reader.getState() == Thread.State.NEW
                    || reader.getState() == Thread.State.RUNNABLE) {
                Thread.onSpinWait();
            }
        }

        var free = new CompletableFuture<String>();
        Thread.ofVirtual().start(() -> free.complete("ran"));

        assertThat(free.get(30, TimeUnit.SECONDS)).isEqualTo("ran");
        idle.forEach(ExecProcess::close);
        for (Thread reader : readers) {
            reader.join();
        }
    }

    private static void readAll(ExecProcess exec) {
        try {
            exec.stdout().readAllBytes();
        } catch (IOException e) {
            // It is closed while it waits, which the test wants.
            return;
        }
    }

    @Test
    void inputThatNobodyReadsWaitsForRoom() throws Exception {
        sleeper();
        var bytes = new byte[1 << 20];

        try (ExecProcess exec = exec(false, true, "read line; wc -c")) {
            var writer =
                    Thread.ofVirtual()
                            .start(() -> {
                                try (var stdin = exec.stdin()) {
                                    stdin.write("go\n".getBytes(UTF_8));
                                    stdin.write(bytes);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });

            assertThat(new String(exec.stdout().readAllBytes(), UTF_8).strip())
                    .isEqualTo(Integer.toString(bytes.length));
            writer.join();
        }
    }

    @Test
    void closingTwiceIsClosingOnce() throws Exception {
        sleeper();
        ExecProcess first = exec(false, false, "exec sleep 1000");
        first.close();
        // It may get the descriptors that the first one had.
        try (ExecProcess second = exec(false, true, "cat")) {
            first.close();
            second.stdin().write("alive".getBytes(UTF_8));
            second.stdin().close();

            assertThat(new String(second.stdout().readAllBytes(), UTF_8)).isEqualTo("alive");
            assertThat(second.waitFor()).isZero();
        }
    }

    @Test
    void missingProgramIsNamedPlainly() throws Exception {
        sleeper();

        assertThatThrownBy(() -> host.runtime.exec("a", ExecSpec.of("nope")))
                .hasMessage("exec nope: no such file or directory");
    }

    @Test
    void execInAnEndedContainerIsRefused() throws Exception {
        host.run("a", "true");

        assertThatThrownBy(() -> host.runtime.exec("a", ExecSpec.of("true")))
                .hasMessage("exec a: the container does not run");
    }

    @Test
    void workingDirectoryBehindDescriptorsIsRefused() throws Exception {
        sleeper();
        for (int fd = 3; fd < 16; fd++) {
            var spec =
                    new ExecSpec(
                            List.of("/bin/sh"),
                            null,
                            "/proc/self/fd/" + fd,
                            null,
                            false,
                            false,
                            0,
                            0);

            assertThatThrownBy(() -> host.runtime.exec("a", spec))
                    .isInstanceOf(LaunchException.class);
        }
    }

    @Test
    @Tag("vm")
    void attachSeesOutputAndFeedsInput() throws Exception {
        var process =
                new ProcessSpec(
                        List.of("/bin/sh", "-c", "while read l; do echo got $l; done; echo end"),
                        List.of(ProcessSpec.DEFAULT_PATH),
                        "/",
                        User.ROOT,
                        false,
                        true,
                        false);
        host.runtime.launch(host.spec("a", process));

        try (AttachedStreams streams = host.runtime.attach("a")) {
            byte[] line = "x\n".getBytes(UTF_8);
            streams.write(line, 0, line.length);
            streams.closeStdin();
            var seen = new StringBuilder();
            Optional<AttachedStreams.Chunk> chunk = streams.next();
            while (chunk.isPresent()) {
                seen.append(chunk.get().bytes().toStringUtf8());
                chunk = streams.next();
            }

            assertThat(seen.toString()).isEqualTo("got x\nend\n");
            assertThat(host.exit().exitCode()).isZero();
            assertThat(host.output("a")).isEqualTo("got x\nend\n");
        }
    }

    @Test
    void containerWithTerminalIsLoggedAndResized() throws Exception {
        var process =
                new ProcessSpec(
                        List.of("/bin/sh", "-c", "read x; stty size; exit 4"),
                        List.of(ProcessSpec.DEFAULT_PATH),
                        "/",
                        User.ROOT,
                        true,
                        true,
                        false);
        host.runtime.launch(host.spec("a", process));

        try (AttachedStreams streams = host.runtime.attach("a")) {
            streams.resize(90, 20);
            byte[] line = "x\n".getBytes(UTF_8);
            streams.write(line, 0, line.length);

            assertThat(host.exit().exitCode()).isEqualTo(4);
            assertThat(host.output("a")).contains("20 90");
        }
    }
}

package dev.gantry.agent.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.agent.container.LaunchFile.Payload;
import dev.gantry.agent.container.LaunchFile.Tag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchFileTest {
    @TempDir Path directory;

    private static LaunchFile valid() {
        return new LaunchFile()
                .string(Tag.DIRECTORY, "/d")
                .string(Tag.ARGUMENT, "/bin/sh")
                .string(Tag.ARGUMENT, "")
                .string(Tag.ENVIRONMENT, "A=ü")
                .string(Tag.WORK_DIRECTORY, "/")
                .string(Tag.LAYER_ROOT, "/l")
                .string(Tag.LAYER, "a/b")
                .string(Tag.UPPER, "/u")
                .string(Tag.WORK, "/w")
                .number(Tag.FLAGS, LaunchFile.FLAG_OWN_PID)
                .add(Tag.USER, new Payload().number(1).number(2))
                .add(
                        Tag.MOUNT,
                        new Payload().number(1).number(1).string("/t").string("/s").string(""))
                .add(
                        Tag.DEVICE,
                        new Payload()
                                .number(0x2000)
                                .number(1)
                                .number(3)
                                .number(0666)
                                .string("/dev/null"))
                .add(Tag.CAPABILITIES, new Payload().wide(0xa80425fbL))
                .bytes(Tag.SECCOMP, new byte[16])
                .string(Tag.MASK, "/proc/keys")
                .add(Tag.LOG, new Payload().wide(1 << 20).number(3).string("/log"));
    }

    /// What the shim itself says of these bytes.
    private String check(byte[] bytes) throws IOException, InterruptedException {
        Path file = Files.write(directory.resolve("launch"), bytes);
        Process shim =
                new ProcessBuilder(
                                "/bin/sh",
                                "-c",
                                "exec \"$0\" --check 3< \"$1\"",
                                TestHost.shim().toString(),
                                file.toString())
                        .start();
        String said = new String(shim.getInputStream().readAllBytes(), UTF_8).strip();
        shim.waitFor();
        return said;
    }

    @Test
    void shimReadsWhatIsWritten() throws Exception {
        assertThat(check(valid().encode(LaunchFile.Mode.LAUNCH))).isEqualTo("ok");
    }

    @Test
    void decodeReadsWhatEncodeWrote() {
        byte[] once = valid().encode(LaunchFile.Mode.LAUNCH);

        assertThat(LaunchFile.decode(once).encode(LaunchFile.Mode.LAUNCH)).isEqualTo(once);
    }

    @Test
    void shimRefusesWhatIsNotComplete() throws Exception {
        byte[] whole = valid().encode(LaunchFile.Mode.LAUNCH);

        assertThat(check(Arrays.copyOf(whole, whole.length - 8))).contains("cut short");
        assertThat(check(new LaunchFile().string(Tag.DIRECTORY, "/d").encode(LaunchFile.Mode.EXEC)))
                .isEqualTo("no program");
        whole[0] = 'X';
        assertThat(check(whole)).isEqualTo("not a launch file");
    }

    @Test
    void shimRefusesHostileRecords() throws Exception {
        List<LaunchFile> hostile =
                List.of(
                        valid().string(Tag.LAYER, "../x"),
                        valid().string(Tag.LAYER, "/x"),
                        valid().string(Tag.LAYER, "a:b"),
                        valid().string(Tag.MASK, "relative"),
                        valid().string(Tag.UPPER, "/twice"),
                        valid().bytes(Tag.MASK, "/no-end".getBytes(UTF_8)),
                        valid().bytes(Tag.SECCOMP, new byte[7]),
                        valid().add(Tag.USER, new Payload().number(-1).number(0)),
                        valid().number(Tag.FLAGS, -1),
                        valid().add(Tag.SYSCTL, new Payload().string("../x").string("1")),
                        valid().string(Tag.HOSTNAME, "h".repeat(65)));

        for (LaunchFile file : hostile) {
            assertThat(check(file.encode(LaunchFile.Mode.LAUNCH))).contains("malformed");
        }
    }

    @Test
    void valuesWithNulAreRefused() {
        assertThatThrownBy(() -> valid().string(Tag.ARGUMENT, "a\0b"))
                .isInstanceOf(LaunchException.class);
    }

    @Test
    void readerSurvivesDamagedFiles() throws Exception {
        Path file =
                Files.write(directory.resolve("launch"), valid().encode(LaunchFile.Mode.LAUNCH));
        Path sources = Path.of(System.getProperty("gantry.root"), "node-agent/src");
        Path fuzzer = directory.resolve("fuzz");
        Process compiler =
                new ProcessBuilder(
                                "cc",
                                "-std=c11",
                                "-g",
                                "-O1",
                                "-D_GNU_SOURCE",
                                "-fsanitize=address,undefined",
                                "-fno-sanitize-recover=all",
                                sources.resolve("test/c/fuzz-launchfile.c").toString(),
                                sources.resolve("main/c/launchfile.c").toString(),
                                "-o",
                                fuzzer.toString())
                        .inheritIO()
                        .start();
        assertThat(compiler.waitFor()).isZero();

        String seed = System.getProperty("gantry.seed", "1");
        Process run =
                new ProcessBuilder(fuzzer.toString(), seed, "200000", file.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(run.getInputStream().readAllBytes(), UTF_8);

        assertThat(run.waitFor()).as("seed %s: %s", seed, said).isZero();
        assertThat(said).doesNotStartWith("0 ");
    }
}

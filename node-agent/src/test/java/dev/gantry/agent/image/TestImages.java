package dev.gantry.agent.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Small real images for tests, made without a network: busybox, by
/// `deploy/examples/make-busybox-image`; other forms of it by skopeo. Kept in the temporary folder
/// for the next run; each name has the script's digest in it.
public final class TestImages {
    /// As the archive names it.
    public static final String WEB = "gantry.dev/examples/web:1";

    private static final long COMMAND_SECONDS = 600;

    private TestImages() {}

    /// A docker-archive tar of [#WEB]: `httpd` on port 80, a shell and all of busybox.
    public static Path dockerArchive() {
        Path script = root().resolve("deploy/examples/make-busybox-image");
        return kept("web.tar", file -> run(List.of(script.toString(), file.toString(), WEB)));
    }

    /// The same image as a tar of an OCI layout, by skopeo.
    public static Path ociArchive() {
        Path archive = dockerArchive();
        return kept(
                "web-oci.tar",
                file ->
                        run(
                                List.of(
                                        "skopeo",
                                        "copy",
                                        "--quiet",
                                        "docker-archive:" + archive,
                                        "oci-archive:" + file + ":" + WEB)));
    }

    /// A store in `directory/store` that tries again at once and trusts these certificates.
    static ImageStore store(Path directory, List<Path> certificates) throws IOException {
        return ImageStore.open(
                directory.resolve("store"),
                ImageLimits.DEFAULT,
                new RegistrySettings(
                        List.of(),
                        certificates,
                        Duration.ofMillis(1),
                        Duration.ofSeconds(30),
                        null));
    }

    /// Runs a tool to its end; throws with its output when it fails.
    public static void run(List<String> command) {
        try {
            Path output = Files.createTempFile("gantry-test", ".out");
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            boolean ended = process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            String text = Files.readString(output);
            Files.delete(output);
            if (!ended || process.exitValue() != 0) {
                throw new IllegalStateException("failed: " + command + "\n" + text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted: " + command, e);
        }
    }

    /// Makes a file under a temporary name.
    interface Maker {
        void make(Path file);
    }

    static Path kept(String name, Maker maker) {
        try {
            Path script = root().resolve("deploy/examples/make-busybox-image");
            String version = Digest.of(Files.readAllBytes(script)).hex().substring(0, 16);
            Path folder =
                    Path.of(System.getProperty("java.io.tmpdir"), "gantry-test-images-" + version);
            Files.createDirectories(folder);
            Path file = folder.resolve(name);
            if (!Files.exists(file)) {
                // Another build may make it at the same time: the last rename wins, both are equal.
                Path own = Files.createTempDirectory(folder, "new").resolve(name);
                maker.make(own);
                Files.move(own, file, StandardCopyOption.ATOMIC_MOVE);
                Files.delete(own.getParent());
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        return Path.of(System.getProperty("gantry.root", "."));
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

package dev.gantry.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.agent.image.PullException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pulls from a registry that breaks off, falls silent, refuses and lies.
@Tag("root")
class RegistryFaultTest {
    private static final RegistryCredentials NOBODY = RegistryCredentials.ANONYMOUS;
    private static final Duration SILENCE = Duration.ofMillis(300);
    @TempDir Path directory;
    private SimRegistry registry;
    private ImageStore store;

    @BeforeEach
    void start() throws IOException {
        registry = new SimRegistry();
        store =
                ImageStore.open(
                        directory.resolve("store"),
                        ImageLimits.DEFAULT,
                        new RegistrySettings(
                                List.of(), List.of(), Duration.ofMillis(1), SILENCE, null));
    }

    @AfterEach
    void stop() {
        store.close();
        registry.close();
    }

    @Test
    void downloadThatBreaksOffGoesOn() throws Exception {
        TinyImage image = image();
        String name = registry.add("1", image);
        String layer = image.layers().getFirst();
        registry.fault(layer, SimRegistry.cut(1000));
        registry.fault(layer, SimRegistry.cut(2000));

        assertThat(content(pull(name))).isEqualTo(file());

        // The JDK's client drops what it has not yet handed out when a connection ends, so where
        // a download goes on is only certain after silence.
        assertThat(registry.requests(layer)).hasSize(3);
    }

    @Test
    void registryWithoutRangesIsReadFromTheStartAgain() throws Exception {
        TinyImage image = image();
        String name = registry.add("1", image);
        registry.withoutRanges();
        registry.fault(image.layers().getFirst(), SimRegistry.cut(1000));

        assertThat(content(pull(name))).isEqualTo(file());
    }

    @Test
    void silenceInTheMiddleOfABlobIsACut() throws Exception {
        TinyImage image = image();
        String name = registry.add("1", image);
        String layer = image.layers().getFirst();
        registry.fault(layer, registry.stall(5000));

        assertThat(content(pull(name))).isEqualTo(file());

        assertThat(registry.requests(layer)).hasSize(2).last().asString().endsWith("bytes=5000-");
    }

    @Test
    void registryThatStaysSilentIsGivenUpPlainly() throws Exception {
        TinyImage image = image();
        String name = registry.add("1", image);
        String layer = image.layers().getFirst();
        for (int i = 0; i < 20; i++) {
            registry.fault(layer, registry.stall(0));
        }

        PullException e = failure(name);

        assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(e)
                .hasMessageStartingWith(name + ": the download broke off after 0 of ")
                .hasMessageContaining("nothing came for");
        assertNothingIsLeft();
    }

    @Test
    void registryThatTakesConnectionsAndIsMuteIsAskedOnceOnly() throws Exception {
        String name = registry.add("1", image());
        registry.fault("manifests", registry.mute());
        registry.fault("manifests", registry.mute());

        PullException e = failure(name);

        assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(e)
                .hasMessage(
                        name
                                + ": the registry "
                                + registry.host()
                                + " cannot be reached: it takes connections but does not answer");
        assertThat(registry.requests("manifests")).hasSize(1);
    }

    @Test
    void layerThatTheRegistryLacksIsNamed() throws Exception {
        TinyImage image = image();
        String name = registry.add("1", image);
        registry.fault(image.layers().getFirst(), SimRegistry.status(404, "X-Nothing", ""));

        PullException e = failure(name);

        assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND);
        assertThat(e)
                .hasMessage(
                        name
                                + ": the registry lacks "
                                + image.layers().getFirst()
                                + ", which is part of the image: push the image again");
    }

    @Test
    void manifestThatBreaksOffOrStallsIsAskedForAgain() throws Exception {
        String name = registry.add("1", image());
        registry.fault("manifests", SimRegistry.cut(10));
        registry.fault("manifests", registry.stall(20));

        assertThat(content(pull(name))).isEqualTo(file());

        assertThat(registry.requests("manifests")).hasSize(3);
    }

    @Test
    void damageOnTheWayIsFetchedAgainOnce() throws Exception {
        TinyImage image = image();
        String name = registry.add("1", image);
        registry.fault(image.layers().getFirst(), SimRegistry.flip());

        assertThat(content(pull(name))).isEqualTo(file());
    }

    @Test
    void bytesThatStayWrongAreAMismatch() throws Exception {
        TinyImage image = image();
        String name = registry.add("1", image);
        registry.fault(image.layers().getFirst(), SimRegistry.flip());
        registry.fault(image.layers().getFirst(), SimRegistry.flip());

        PullException e = failure(name);

        assertThat(e.reason()).isEqualTo(Reason.MISMATCH);
        assertThat(e).hasMessageContaining("digest mismatch");
        assertNothingIsLeft();
    }

    @Test
    void manifestOfAnotherDigestIsAMismatch() throws Exception {
        TinyImage image = image();
        registry.add("1", image);
        registry.fault("manifests", SimRegistry.flip());

        PullException e = failure(registry.host() + "/team/app@" + image.digest());

        assertThat(e.reason()).isEqualTo(Reason.MISMATCH);
    }

    @Test
    void busyRegistryIsAskedAgainWhenItSays() throws Exception {
        String name = registry.add("1", image());
        registry.fault("manifests", SimRegistry.status(429, "Retry-After", "0"));
        registry.fault("manifests", SimRegistry.status(503, "Retry-After", "0"));

        assertThat(content(pull(name))).isEqualTo(file());
    }

    @Test
    void registryThatStaysBusyIsNamedSo() throws Exception {
        String name = registry.add("1", image());
        for (int i = 0; i < 4; i++) {
            registry.fault("manifests", SimRegistry.status(429, "Retry-After", "0"));
        }

        PullException e = failure(name);

        assertThat(e.reason()).isEqualTo(Reason.RATE_LIMITED);
        assertThat(e.retryable()).isTrue();
    }

    private static byte[] file() {
        byte[] bytes = new byte[50_000];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static TinyImage image() {
        return TinyImage.of(List.of(TinyImage.tar("file", file())));
    }

    private static byte[] content(Image image) throws IOException {
        return Files.readAllBytes(image.layerDirectories().getLast().resolve("file"));
    }

    private Image pull(String name) throws InterruptedException {
        return store.pull(name, NOBODY, ProgressListener.NONE);
    }

    private PullException failure(String name) {
        return catchThrowableOfType(PullException.class, () -> pull(name));
    }

    private void assertNothingIsLeft() throws IOException {
        for (String folder : List.of("layers", "tmp", "diffs")) {
            try (Stream<Path> files = Files.list(directory.resolve("store").resolve(folder))) {
                assertThat(files).isEmpty();
            }
        }
    }
}

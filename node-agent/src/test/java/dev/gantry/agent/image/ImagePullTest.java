package dev.gantry.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.agent.image.PullException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pulls from a real registry what skopeo pushed.
@Tag("root")
class ImagePullTest {
    private static final RegistryCredentials NOBODY = RegistryCredentials.ANONYMOUS;
    @TempDir Path directory;

    @Test
    void dockerSchema2AndOciImagesArePulledAndShareTheirLayer() throws Exception {
        try (RegistryProcess registry = RegistryProcess.plain(directory.resolve("registry"));
                ImageStore store = TestImages.store(directory, List.of())) {
            String docker = registry.push(source(), "web:docker", "v2s2", null);
            String oci = registry.push(source(), "web:oci", "oci", null);

            Image first = store.pull(docker, NOBODY, ProgressListener.NONE);
            Image second = store.pull(oci, NOBODY, ProgressListener.NONE);

            assertThat(first.layerDirectories().getFirst().resolve("bin/busybox")).exists();
            assertThat(second.layerDirectories()).isEqualTo(first.layerDirectories());
            assertThat(second.digest()).isNotEqualTo(first.digest());
            assertThat(store.find(docker)).contains(first);
            String byDigest = registry.host() + "/web@" + first.digest();
            assertThat(store.pull(byDigest, NOBODY, ProgressListener.NONE).id())
                    .isEqualTo(first.id());
        }
    }

    @Test
    void manyPullsAtOnceUnpackOnce() throws Exception {
        try (RegistryProcess registry = RegistryProcess.plain(directory.resolve("registry"));
                ImageStore store = TestImages.store(directory, List.of());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            String name = registry.push(source(), "web:1", "v2s2", null);
            Callable<Image> pull = () -> store.pull(name, NOBODY, ProgressListener.NONE);
            List<Future<Image>> pulls = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                pulls.add(threads.submit(pull));
            }

            for (Future<Image> image : pulls) {
                assertThat(image.get().name().toString()).isEqualTo(name);
            }

            try (Stream<Path> layers = Files.list(directory.resolve("store/layers"))) {
                assertThat(layers).hasSize(1);
            }
        }
    }

    @Test
    void whatIsNotThereIsSaidPlainly() throws Exception {
        String gone;
        try (RegistryProcess registry = RegistryProcess.plain(directory.resolve("registry"));
                ImageStore store = TestImages.store(directory, List.of())) {
            gone = registry.push(source(), "web:1", "v2s2", null);
            String wrong = registry.host() + "/web:nope";
            assertThatThrownBy(() -> store.pull(wrong, NOBODY, ProgressListener.NONE))
                    .isInstanceOf(PullException.class)
                    .hasMessage(
                            wrong + ": not found: the repository web has no tag nope; it has 1");
            String other = registry.host() + "/wbe:1";
            assertThatThrownBy(() -> store.pull(other, NOBODY, ProgressListener.NONE))
                    .hasMessage(
                            other
                                    + ": not found: the registry "
                                    + registry.host()
                                    + " has no repository wbe");
        }
        try (ImageStore store = TestImages.store(directory, List.of())) {
            PullException e =
                    catchThrowableOfType(
                            PullException.class,
                            () -> store.pull(gone, NOBODY, ProgressListener.NONE));
            assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE);
            assertThat(e).hasMessageContaining("cannot be reached");
        }
    }

    @Test
    void passwordIsWantedAndTaken() throws Exception {
        try (RegistryProcess registry =
                        RegistryProcess.withPassword(directory.resolve("registry"));
                ImageStore store = TestImages.store(directory, List.of())) {
            String name = registry.push(source(), "web:1", "v2s2", "user:secret");

            assertThat(failure(store, name, NOBODY).reason()).isEqualTo(Reason.UNAUTHORIZED);
            assertThat(failure(store, name, RegistryCredentials.of("user", "wrong")))
                    .hasMessageContaining("unauthorized")
                    .hasMessageNotContaining("wrong");
            RegistryCredentials right = RegistryCredentials.of("user", "secret");
            assertThat(store.pull(name, right, ProgressListener.NONE).config().command())
                    .isNotEmpty();
        }
    }

    @Test
    void privateAuthorityIsTrustedWhenNamed() throws Exception {
        try (RegistryProcess registry = RegistryProcess.withTls(directory.resolve("registry"))) {
            String name = registry.push(source(), "web:1", "v2s2", null);
            try (ImageStore store = TestImages.store(directory, List.of())) {
                assertThat(failure(store, name, NOBODY).reason()).isEqualTo(Reason.UNAVAILABLE);
            }
            try (ImageStore store =
                    TestImages.store(directory, List.of(registry.directory().resolve("tls.crt")))) {
                assertThat(store.pull(name, NOBODY, ProgressListener.NONE).layerDirectories())
                        .hasSize(1);
            }
        }
    }

    @Test
    void damagedBlobIsRefusedAndLeavesNothing() throws Exception {
        try (RegistryProcess registry = RegistryProcess.plain(directory.resolve("registry"));
                ImageStore store = TestImages.store(directory, List.of())) {
            String name = registry.push(source(), "web:1", "v2s2", null);
            Path largest;
            try (Stream<Path> files = Files.walk(registry.directory().resolve("data"))) {
                largest =
                        files.filter(file -> file.endsWith("data") && Files.isRegularFile(file))
                                .max((a, b) ->
                                        Long.compare(a.toFile().length(), b.toFile().length()))
                                .orElseThrow();
            }
            byte[] bytes = Files.readAllBytes(largest);
            bytes[bytes.length / 2] ^= 1;
            Files.write(largest, bytes);

            PullException e = failure(store, name, NOBODY);

            assertThat(e.reason()).isEqualTo(Reason.MISMATCH);
            assertThat(e).hasMessageContaining("digest mismatch");
            assertThat(store.find(name)).isEmpty();
            try (Stream<Path> layers = Files.list(directory.resolve("store/layers"))) {
                assertThat(layers).isEmpty();
            }
        }
    }

    private static PullException failure(
            ImageStore store, String name, RegistryCredentials credentials) {
        return catchThrowableOfType(
                PullException.class, () -> store.pull(name, credentials, ProgressListener.NONE));
    }

    private static String source() {
        return "docker-archive:" + TestImages.dockerArchive();
    }
}

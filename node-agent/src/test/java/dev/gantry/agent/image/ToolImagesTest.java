package dev.gantry.agent.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images that buildah and umoci made, in each form that a registry can hold them in, from a real
/// registry with a password and with TLS.
@Tag("root")
class ToolImagesTest {
    private static final RegistryCredentials LOGIN =
            RegistryCredentials.of(RegistryProcess.USER, RegistryProcess.PASSWORD);
    @TempDir Path directory;

    @Test
    void everyToolAndFormatRuns() throws Exception {
        try (RegistryProcess registry =
                        RegistryProcess.withPassword(directory.resolve("registry"));
                ImageStore store = TestImages.store(directory, List.of())) {
            for (String format : List.of("oci", "v2s2")) {
                String buildah = push(registry, ToolImages.buildah(), "buildah:" + format, format);
                assertBuildah(pull(store, buildah));
                String umoci = push(registry, ToolImages.umoci(), "umoci:" + format, format);
                assertUmoci(pull(store, umoci));
            }
            assertThat(store.list()).hasSize(4);
        }
    }

    @Test
    void archivesOfToolsAreLoaded() throws Exception {
        try (ImageStore store = TestImages.store(directory, List.of())) {
            assertBuildah(load(store, ToolImages.buildah()));
            assertUmoci(load(store, ToolImages.umoci()));
        }
    }

    @Test
    void indexByBuildahIsPulledOverTls() throws Exception {
        try (RegistryProcess registry = RegistryProcess.withTls(directory.resolve("registry"));
                ImageStore store =
                        TestImages.store(
                                directory, List.of(registry.directory().resolve("tls.crt")))) {
            String own = push(registry, ToolImages.buildah(), "app:own", "oci");
            String name = registry.pushIndex(own, own, "app:multi", "oci");

            Image image = store.pull(name, RegistryCredentials.ANONYMOUS, ProgressListener.NONE);

            assertBuildah(image);
            assertThat(image.digest()).isNotEqualTo(pull(store, own).digest());
        }
    }

    private static void assertBuildah(Image image) {
        ImageConfig config = image.config();
        assertThat(config.entrypoint()).containsExactly("/bin/tell", "from");
        assertThat(config.command()).containsExactly("the", "image");
        assertThat(config.env()).contains("A=1");
        assertThat(config.user()).isEqualTo("1000:1001");
        assertThat(config.workingDirectory()).isEqualTo("/made");
        assertThat(config.stopSignal()).isEqualTo("SIGINT");
        assertThat(config.labels()).containsEntry("a", "b");
        assertThat(has(image, "made/here")).isTrue();
        assertThat(has(image, "bin/busybox")).isTrue();
    }

    private static void assertUmoci(Image image) throws IOException {
        assertThat(image.config().command()).containsExactly("/bin/tell", "plainly");
        assertThat(image.layerDirectories()).hasSize(2);
        Path upper = image.layerDirectories().getLast();
        assertThat(upper.resolve("f-second")).hasContent("second");
        // An overlay whiteout, not a file.
        assertThat(Files.readAttributes(upper.resolve("f-gone"), "unix:mode").get("mode"))
                .matches(mode -> ((Integer) mode & 0170000) == 0020000);
    }

    private static boolean has(Image image, String path) {
        return image.layerDirectories().stream().anyMatch(l -> Files.exists(l.resolve(path)));
    }

    private static String push(RegistryProcess registry, Path archive, String name, String format) {
        String login = RegistryProcess.USER + ":" + RegistryProcess.PASSWORD;
        return registry.push("oci-archive:" + archive, name, format, login);
    }

    private static Image pull(ImageStore store, String name) throws InterruptedException {
        return store.pull(name, LOGIN, ProgressListener.NONE);
    }

    private static Image load(ImageStore store, Path archive)
            throws IOException, InterruptedException {
        try (InputStream in = Files.newInputStream(archive)) {
            return store.load(in, null, ProgressListener.NONE).getFirst();
        }
    }
}

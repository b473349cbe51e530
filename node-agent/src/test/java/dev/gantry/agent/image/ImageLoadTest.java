package dev.gantry.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class ImageLoadTest {
    @TempDir Path directory;

    @Test
    void dockerArchiveIsLoadedUnderItsName() throws Exception {
        try (ImageStore store = ImageStore.open(directory)) {
            Image image = load(store, TestImages.dockerArchive()).getFirst();

            assertThat(image.name().toString()).isEqualTo(TestImages.WEB);
            assertThat(image.config().command()).startsWith("httpd", "-f");
            assertThat(image.config().exposedPorts()).containsExactly("80/tcp");
            Path layer = image.layerDirectories().getFirst();
            assertThat(Files.isExecutable(layer.resolve("bin/busybox"))).isTrue();
            assertThat(Files.readSymbolicLink(layer.resolve("bin/sh"))).hasToString("busybox");
            assertThat(
                            Files.getAttribute(
                                    layer.resolve("tmp"), "unix:mode", LinkOption.NOFOLLOW_LINKS))
                    .isEqualTo(041777);
            assertThat(store.find(TestImages.WEB)).contains(image);
            assertThat(store.find(image.id().toString())).isPresent();
        }
    }

    @Test
    void ociArchiveHasTheSameContent() throws Exception {
        try (ImageStore store = ImageStore.open(directory)) {
            Image docker = load(store, TestImages.dockerArchive()).getFirst();
            Image oci = load(store, TestImages.ociArchive()).getFirst();

            assertThat(oci.name().toString()).isEqualTo(TestImages.WEB);
            assertThat(oci.layerDirectories()).isEqualTo(docker.layerDirectories());
            assertThat(oci.config().command()).isEqualTo(docker.config().command());
        }
    }

    @Test
    void imagesAreThereAfterReopeningAndGoWhenRemoved() throws Exception {
        try (ImageStore store = ImageStore.open(directory)) {
            load(store, TestImages.dockerArchive());
        }
        try (ImageStore store = ImageStore.open(directory)) {
            assertThat(store.find(TestImages.WEB)).isPresent();
            assertThat(store.list()).hasSize(1);

            List<String> removed = store.remove(TestImages.WEB, id -> false);

            assertThat(removed).hasSize(2).startsWith(TestImages.WEB);
            assertThat(store.list()).isEmpty();
            assertThat(children("layers")).isEmpty();
            assertThat(children("blobs/sha256")).isEmpty();
        }
    }

    @Test
    void contentInUseStaysUntilPruned() throws Exception {
        try (ImageStore store = ImageStore.open(directory)) {
            Image image = load(store, TestImages.dockerArchive()).getFirst();

            List<String> removed = store.remove(TestImages.WEB, image.id()::equals);

            assertThat(removed).containsExactly(TestImages.WEB);
            assertThat(image.layerDirectories().getFirst().resolve("bin/busybox")).exists();
            assertThat(store.find(TestImages.WEB)).isEmpty();
            assertThat(store.prune(id -> false)).containsExactly(image.digest().toString());
            assertThat(image.layerDirectories().getFirst()).doesNotExist();
        }
    }

    @Test
    void whatACrashLeftIsGoneAfterOpening() throws Exception {
        ImageStore.open(directory).close();
        Files.createDirectories(directory.resolve("layers/half/etc"));
        Files.writeString(directory.resolve("tmp/t1"), "half");
        Files.writeString(directory.resolve("diffs/sha256-" + "a".repeat(64)), "gone 12\n");

        ImageStore.open(directory).close();

        assertThat(children("layers")).isEmpty();
        assertThat(children("tmp")).isEmpty();
        assertThat(children("diffs")).isEmpty();
    }

    @Test
    void archiveCutShortLeavesNothing() throws Exception {
        byte[] whole = Files.readAllBytes(TestImages.dockerArchive());
        try (ImageStore store = ImageStore.open(directory)) {
            for (int length : List.of(0, 100, 512, whole.length / 2, whole.length - 30_000)) {
                InputStream cut = new ByteArrayInputStream(whole, 0, length);
                assertThatThrownBy(() -> store.load(cut, null, ProgressListener.NONE))
                        .isInstanceOf(PullException.class)
                        .hasMessageContaining("archive");
            }
            assertThat(children("tmp")).isEmpty();
            assertThat(children("layers")).isEmpty();
            assertThat(store.list()).isEmpty();
        }
    }

    @Test
    void otherToolsReadTheStoreAsAnOciLayout() throws Exception {
        try (ImageStore store = ImageStore.open(directory)) {
            load(store, TestImages.dockerArchive());
        }

        TestImages.run(List.of("skopeo", "inspect", "oci:" + directory + ":" + TestImages.WEB));
    }

    private static List<Image> load(ImageStore store, Path archive)
            throws IOException, InterruptedException {
        try (InputStream in = Files.newInputStream(archive)) {
            return store.load(in, null, ProgressListener.NONE);
        }
    }

    private List<Path> children(String folder) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(folder))) {
            return new ArrayList<>(files.toList());
        }
    }
}

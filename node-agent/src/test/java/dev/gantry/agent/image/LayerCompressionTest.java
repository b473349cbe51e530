package dev.gantry.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.luben.zstd.Zstd;
import dev.gantry.agent.image.PullException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Layers as they are compressed in the wild, and damaged ones.
@Tag("root")
class LayerCompressionTest {
    private static final byte[] FILE = file();
    private static final byte[] TAR = TinyImage.tar("file", FILE);
    @TempDir Path directory;
    private SimRegistry registry;
    private ImageStore store;

    @BeforeEach
    void start() throws IOException {
        registry = new SimRegistry();
        store = open(directory.resolve("store"));
    }

    private static ImageStore open(Path path) throws IOException {
        return ImageStore.open(
                path,
                ImageLimits.DEFAULT,
                new RegistrySettings(
                        List.of(), List.of(), Duration.ofMillis(1), Duration.ofSeconds(10), null));
    }

    @AfterEach
    void stop() {
        store.close();
        registry.close();
    }

    @Test
    void uncompressedGzipAndZstdUnpackToTheSame() throws Exception {
        assertThat(pulled("plain", TAR)).isEqualTo(FILE);
        assertThat(pulled("gzip", TinyImage.gzip(TAR))).isEqualTo(FILE);
        assertThat(pulled("zstd", Zstd.compress(TAR))).isEqualTo(FILE);
    }

    @Test
    void gzipAndZstdInSeveralPartsAreReadToTheirEnd() throws Exception {
        assertThat(pulled("gzip", parts(TinyImage::gzip))).isEqualTo(FILE);
        assertThat(pulled("zstd", parts(Zstd::compress))).isEqualTo(FILE);
    }

    private interface Compression {
        byte[] compress(byte[] bytes);
    }

    private static byte[] parts(Compression compression) {
        byte[] all = new byte[0];
        for (int from = 0; from < TAR.length; from += 10_000) {
            byte[] part =
                    compression.compress(
                            Arrays.copyOfRange(TAR, from, Math.min(TAR.length, from + 10_000)));
            int length = all.length;
            all = Arrays.copyOf(all, length + part.length);
            System.arraycopy(part, 0, all, length, part.length);
        }
        return all;
    }

    @Test
    void damagedStreamsOfTheRightDigestAreUnusable() throws Exception {
        byte[] gzip = TinyImage.gzip(TAR);
        byte[] zstd = Zstd.compress(TAR);
        for (byte[] whole : List.of(gzip, zstd, TAR)) {
            byte[] cut = Arrays.copyOf(whole, whole.length / 2);
            PullException e = failure(registry.add("cut", image(cut)));
            assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.UNUSABLE);
        }
        gzip[gzip.length / 2] ^= 0x55;
        PullException e = failure(registry.add("wrong", image(gzip)));
        assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.UNUSABLE);
        assertThat(children(directory.resolve("store/layers"))).isEmpty();
    }

    @Test
    void fullDiskIsSaidAndLeavesNothingHalf() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        TestImages.run(List.of("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString()));
        try (ImageStore small = open(disk)) {
            byte[] large = new byte[6 << 20];
            new Random(2).nextBytes(large);
            byte[] tar = TinyImage.tar("large", large);
            for (byte[] blob : List.of(tar, Zstd.compress(tar))) {
                String name =
                        registry.add(
                                "large",
                                TinyImage.of(
                                        List.of(tar), List.of(blob), TinyImage.architecture()));

                PullException e =
                        catchThrowableOfType(
                                PullException.class,
                                () ->
                                        small.pull(
                                                name,
                                                RegistryCredentials.ANONYMOUS,
                                                ProgressListener.NONE));

                assertThat(e.reason()).isEqualTo(Reason.STORAGE);
                assertThat(e).hasMessageContaining("no space left on the node's disk");
                assertThat(children(disk.resolve("layers"))).isEmpty();
                assertThat(children(disk.resolve("tmp"))).isEmpty();
            }
            String fits = registry.add("small", image(TinyImage.gzip(TAR)));
            Image image = small.pull(fits, RegistryCredentials.ANONYMOUS, ProgressListener.NONE);
            assertThat(image.layerDirectories()).hasSize(1);
        } finally {
            TestImages.run(List.of("umount", "-l", disk.toString()));
        }
    }

    private static byte[] file() {
        byte[] bytes = new byte[50_000];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static TinyImage image(byte[] compressed) {
        return TinyImage.of(List.of(TAR), List.of(compressed), TinyImage.architecture());
    }

    /// The layer's file, out of a store that has never seen it.
    private byte[] pulled(String tag, byte[] compressed) throws Exception {
        String name = registry.add(tag, image(compressed));
        try (ImageStore fresh = open(Files.createTempDirectory(directory, tag))) {
            Image image = fresh.pull(name, RegistryCredentials.ANONYMOUS, ProgressListener.NONE);
            return Files.readAllBytes(image.layerDirectories().getFirst().resolve("file"));
        }
    }

    private PullException failure(String name) {
        return catchThrowableOfType(
                PullException.class,
                () -> store.pull(name, RegistryCredentials.ANONYMOUS, ProgressListener.NONE));
    }

    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}

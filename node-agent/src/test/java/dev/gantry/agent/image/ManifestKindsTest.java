package dev.gantry.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.agent.image.PullException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a registry may answer for a name: what is run, and what is refused with a plain message.
@Tag("root")
class ManifestKindsTest {
    private static final String OTHER = "riscv64";
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
                                List.of(),
                                List.of(),
                                Duration.ofMillis(1),
                                Duration.ofSeconds(10),
                                null));
    }

    @AfterEach
    void stop() {
        store.close();
        registry.close();
    }

    @Test
    void indexGivesTheNodesPlatform() throws Exception {
        TinyImage own = image("own", TinyImage.architecture());
        TinyImage other = image("other", OTHER);
        registry.add("own", own);
        registry.add("other", other);
        byte[] index =
                TinyImage.index(
                        TinyImage.choice(TinyImage.MANIFEST, other.manifest(), "linux", OTHER),
                        TinyImage.choice(TinyImage.MANIFEST, own.manifest(), "linux", arch()));
        String name = registry.add("1", TinyImage.INDEX, index);

        Image image = pull(name);

        assertThat(image.digest()).isEqualTo(Digest.of(index));
        assertThat(image.layerDirectories().getFirst().resolve("own")).exists();
        assertThat(store.find(registry.host() + "/team/app@" + own.digest())).isPresent();
    }

    @Test
    void indexInAnIndexIsFollowed() throws Exception {
        TinyImage own = image("own", arch());
        registry.add("own", own);
        byte[] inner =
                TinyImage.index(
                        TinyImage.choice(TinyImage.MANIFEST, own.manifest(), "linux", arch()));
        registry.add("inner", TinyImage.INDEX, inner);
        byte[] outer = TinyImage.index(TinyImage.choice(TinyImage.INDEX, inner, "linux", arch()));

        String name = registry.add("1", TinyImage.INDEX, outer);

        assertThat(pull(name).layerDirectories()).hasSize(1);
    }

    @Test
    void indexWithoutThePlatformSaysWhatThereIs() throws Exception {
        TinyImage other = image("other", OTHER);
        registry.add("other", other);
        byte[] index =
                TinyImage.index(
                        TinyImage.choice(TinyImage.MANIFEST, other.manifest(), "linux", OTHER));

        PullException e = failure(registry.add("1", TinyImage.INDEX, index));

        assertThat(e.reason()).isEqualTo(Reason.UNUSABLE);
        assertThat(e).hasMessageContaining("linux/" + arch()).hasMessageContaining(OTHER);
    }

    @Test
    void imageForAnotherPlatformIsRefused() throws Exception {
        PullException e = failure(registry.add("1", image("other", OTHER)));

        assertThat(e).hasMessageContaining("the image is for linux/" + OTHER);
    }

    @Test
    void oldSchemaIsRefusedWithARemedy() throws Exception {
        byte[] old = TinyImage.utf8("{\"schemaVersion\":1,\"fsLayers\":[],\"history\":[]}");
        String type = "application/vnd.docker.distribution.manifest.v1+prettyjws";

        PullException e = failure(registry.add("1", type, old));

        assertThat(e.reason()).isEqualTo(Reason.UNUSABLE);
        assertThat(e).hasMessageContaining("schema 1").hasMessageContaining("push it again");
    }

    @Test
    void manifestUnderAnIndexTypeIsRefused() throws Exception {
        byte[] manifest = image("own", arch()).manifest();

        PullException e = failure(registry.add("1", TinyImage.INDEX, manifest));

        assertThat(e).hasMessageContaining("does not agree with its type");
    }

    @Test
    void typeOfNoMeaningIsPassedOverWhenTheContentIsClear() throws Exception {
        TinyImage image = image("own", arch());
        registry.add("1", image);
        String name = registry.add("2", "application/json", image.manifest());

        assertThat(pull(name).layerDirectories()).hasSize(1);
    }

    @Test
    void artifactThatIsNoImageIsNamed() throws Exception {
        byte[] config = TinyImage.utf8("{}");
        byte[] manifest =
                TinyImage.utf8(
                        "{\"schemaVersion\":2,\"config\":%s,\"layers\":[]}"
                                .formatted(
                                        TinyImage.descriptor(
                                                "application/vnd.cncf.helm.config.v1+json",
                                                Digest.of(config).toString(),
                                                config)));

        PullException e = failure(registry.add("1", TinyImage.MANIFEST, manifest));

        assertThat(e)
                .hasMessageContaining("not a container image: its config is")
                .hasMessageContaining("helm");
    }

    @Test
    void oversizeManifestIsNotReadToItsEnd() throws Exception {
        byte[] large = new byte[(4 << 20) + 1];

        PullException e = failure(registry.add("1", TinyImage.MANIFEST, large));

        assertThat(e).hasMessageContaining("more than 4194304 bytes");
    }

    @Test
    void layerThatUnpacksToOtherContentIsRefused() throws Exception {
        byte[] promised = TinyImage.tar("good", new byte[10]);
        byte[] sent = TinyImage.gzip(TinyImage.tar("evil", new byte[10]));
        TinyImage image = TinyImage.of(List.of(promised), List.of(sent), arch());

        PullException e = failure(registry.add("1", image));

        assertThat(e.reason()).isEqualTo(Reason.UNUSABLE);
        assertThat(e).hasMessageContaining("unpacks to");
    }

    private static String arch() {
        return TinyImage.architecture();
    }

    private static TinyImage image(String file, String architecture) {
        byte[] tar = TinyImage.tar(file, new byte[10]);
        return TinyImage.of(List.of(tar), List.of(TinyImage.gzip(tar)), architecture);
    }

    private Image pull(String name) throws InterruptedException {
        return store.pull(name, RegistryCredentials.ANONYMOUS, ProgressListener.NONE);
    }

    private PullException failure(String name) {
        return catchThrowableOfType(PullException.class, () -> pull(name));
    }
}

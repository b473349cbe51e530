package dev.gantry.agent.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.agent.image.TestImages;
import dev.gantry.agent.image.archive.LayerExtractor.Whiteouts;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Archives that GNU tar makes of real trees, and what becomes of them.
@Tag("root")
class LayerExtractorTest {
    @TempDir Path directory;
    private Path source;
    private Path target;

    @BeforeEach
    void folders() throws IOException {
        source = Files.createDirectory(directory.resolve("source"));
        target = Files.createDirectory(directory.resolve("target"));
    }

    @Test
    void sparseFilesOfAllFormatsKeepTheirContentAndTheirHoles() throws IOException {
        shell(
                "printf start > f; truncate -s 20M f; truncate -s 1M hole;"
                        + " printf middle | dd of=f bs=1M seek=9 conv=notrunc; printf end >> f");
        for (String format :
                List.of(
                        "--format=gnu",
                        "--format=pax --sparse-version=0.0",
                        "--format=pax --sparse-version=0.1",
                        "--format=pax --sparse-version=1.0")) {
            Path made = Files.createDirectory(target.resolve(format.replaceAll("\\W", "")));

            extract(made, format + " --sparse", Whiteouts.OVERLAY);

            assertThat(made.resolve("f")).hasSameBinaryContentAs(source.resolve("f"));
            assertThat(made.resolve("hole")).hasSameBinaryContentAs(source.resolve("hole"));
            long blocks = Long.parseLong(output("stat -c %b " + made.resolve("f")));
            assertThat(blocks).as(format).isLessThan(2000);
        }
    }

    @Test
    void ownersModesTimesDevicesAndLinksAreKept() throws IOException {
        shell(
                "echo x > f; chmod 4751 f; chown 12345:54321 f; touch -d @1000000000.5 f;"
                        + " ln f hard; ln -s /no/where soft; chown -h 7:8 soft; mknod null c 1 3;"
                        + " mknod disk b 8 1; mkfifo pipe; mkdir -m 1777 tmp; touch -d @77 tmp");

        extract(target, "--format=pax", Whiteouts.OVERLAY);

        String wanted = "stat -c '%n %f %u:%g %t:%T %y %h' f hard soft null disk pipe tmp";
        assertThat(output("cd " + target + " && " + wanted))
                .isEqualTo(output("cd " + source + " && " + wanted));
        assertThat(output("cd " + target + " && stat -c %i f hard | uniq | wc -l")).isEqualTo("1");
        assertThat(Files.readSymbolicLink(target.resolve("soft"))).hasToString("/no/where");
    }

    @Test
    void capabilitiesOfFilesAreKeptAndTheOverlaysOwnAttributesAreNot() throws IOException {
        shell(
                "cp /bin/busybox ping; setcap cap_net_raw+ep ping; mkdir d;"
                        + " python3 -c 'import os;"
                        + "os.setxattr(\"d\",\"trusted.overlay.opaque\",b\"y\");"
                        + "os.setxattr(\"ping\",\"user.note\",b\"a\\0b\")'");

        extract(target, "--format=pax --xattrs --xattrs-include='*.*'", Whiteouts.OVERLAY);

        assertThat(output("getcap " + target.resolve("ping"))).contains("cap_net_raw=ep");
        assertThat(attributes("ping")).contains("user.note");
        assertThat(attributes("d")).doesNotContain("overlay");
    }

    @Test
    void whiteoutsBecomeTheOverlays() throws IOException {
        shell("touch .wh.gone; mkdir d; touch d/.wh..wh..opq d/kept");

        extract(target, "--format=gnu", Whiteouts.OVERLAY);

        assertThat(output("stat -c '%F %t:%T' " + target.resolve("gone")))
                .isEqualTo("character special file 0:0");
        assertThat(attributes("d")).contains("trusted.overlay.opaque");
        assertThat(target.resolve("d/kept")).exists();
        assertThat(target.resolve("d/.wh..wh..opq")).doesNotExist();
    }

    @Test
    void mountedOverlayHidesWhatTheUpperLayerTookAway() throws IOException {
        Path lower = Files.createDirectories(directory.resolve("lower/d"));
        Files.writeString(lower.resolve("old"), "old");
        Files.writeString(lower.resolveSibling("gone"), "gone");
        Files.writeString(lower.resolveSibling("stays"), "stays");
        shell("touch .wh.gone; mkdir d; touch d/.wh..wh..opq d/kept");
        extract(target, "--format=gnu", Whiteouts.OVERLAY);
        Path mount = Files.createDirectory(directory.resolve("mount"));

        // Its own mount namespace: nothing of it can be left behind.
        String seen =
                output(
                        ("unshare -m sh -c 'mount -t overlay overlay -o lowerdir=%s:%s %s"
                                        + " && cd %s && find . | sort | xargs'")
                                .formatted(target, directory.resolve("lower"), mount, mount));

        assertThat(seen).isEqualTo(". ./d ./d/kept ./stays");
    }

    @Test
    void nameLongerThanAnyFileSystemTakesIsRefused() throws IOException {
        String deep = "d/".repeat(60);
        shell("mkdir -p " + deep + " && touch " + deep + "f");

        extract(target, "--format=gnu", Whiteouts.OVERLAY);
        assertThat(target.resolve(deep + "f")).exists();

        shell("touch x");
        assertThatThrownBy(() ->
                        extract(
                                target,
                                "--format=pax --transform 's,x," + "n".repeat(300) + ",'",
                                Whiteouts.OVERLAY))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("file name too long");
    }

    @Test
    void bytesAreCountedAgainstTheLimit() throws IOException {
        shell("truncate -s 10M f");
        Path tar = archive("--format=gnu");
        LayerExtractor extractor =
                new LayerExtractor(Whiteouts.OVERLAY, new ExtractionLimits(100, 1 << 20));

        assertThatThrownBy(() -> extract(extractor, tar, target))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("more than 1048576 bytes");
        assertThat(Files.exists(target.resolve("f"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    private void shell(String script) {
        TestImages.run(List.of("sh", "-ec", "cd " + source + "; " + script));
    }

    private String attributes(String name) throws IOException {
        return output(
                "python3 -c 'import os;print(os.listxattr(\"" + target.resolve(name) + "\"))'");
    }

    private String output(String script) throws IOException {
        Path file = Files.createTempFile(directory, "out", "");
        TestImages.run(List.of("sh", "-ec", "{ " + script + "; } > " + file));
        return Files.readString(file).strip();
    }

    private Path archive(String options) throws IOException {
        Path tar = Files.createTempFile(directory, "layer", ".tar");
        shell("tar " + options + " -cf " + tar + " .");
        return tar;
    }

    private void extract(Path into, String options, Whiteouts whiteouts) throws IOException {
        extract(new LayerExtractor(whiteouts, ExtractionLimits.DEFAULT), archive(options), into);
    }

    private static void extract(LayerExtractor extractor, Path tar, Path into) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(tar))) {
            assertThat(extractor.extract(in, into)).isNotNegative();
        }
    }
}

package dev.gantry.agent.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Hostile archives of containerd's and moby's tests, against what containerd made of them.
@Tag("root")
class ArchiveBreakoutTest {
    private static final Path CASES =
            Path.of(System.getProperty("gantry.shared", ".")).resolve("corpora/archive-breakouts");
    private static final Pattern ENTRY =
            Pattern.compile(
                    "\"Path\": \"([^\"]+)\",\\s+\"Type\": \"(\\w+)\",\\s+\"Mode\": \"(\\d+)\"");

    @TempDir Path directory;

    @Test
    void everyCaseStaysInsideAndMakesTheGoldenTree() throws IOException {
        assumeTrue(Files.isDirectory(CASES), "SKIPPED: the archive-breakouts corpus is absent");
        List<Path> cases;
        try (Stream<Path> folders = Files.list(CASES)) {
            cases = folders.filter(Files::isDirectory).sorted().toList();
        }
        assertThat(cases).hasSizeGreaterThan(10);
        for (Path folder : cases) {
            Path parent = directory.resolve(String.valueOf(folder.getFileName()));
            Path victim = Files.createDirectories(parent.resolve("victim"));
            Files.writeString(victim.resolve("hello"), "hello world");
            Path root = Files.createDirectory(parent.resolve("dest"));
            check(folder, root);
            assertThat(victim.resolve("hello")).hasContent("hello world");
            try (Stream<Path> inside = Files.list(victim)) {
                assertThat(inside).hasSize(1);
            }
        }
    }

    private static void check(Path folder, Path root) throws IOException {
        Path golden = folder.resolve("golden.json");
        if (!Files.exists(golden)) {
            try {
                extract(folder.resolve("layer.tar"), root);
            } catch (ArchiveException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
            return;
        }
        String text = Files.readString(golden);
        if (Files.exists(folder.resolve("base.tar"))) {
            extract(folder.resolve("base.tar"), root);
        }
        if (text.contains("\"error\"")) {
            assertThatThrownBy(() -> extract(folder.resolve("layer.tar"), root))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining("invalid whiteout name");
            return;
        }
        extract(folder.resolve("layer.tar"), root);
        List<String> expected = new ArrayList<>();
        Matcher entries = ENTRY.matcher(text);
        while (entries.find()) {
            expected.add(entries.group(1) + " " + entries.group(2) + " " + entries.group(3));
        }
        assertThat(tree(root)).as(folder.toString()).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static List<String> tree(Path root) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(file -> !file.equals(root)).toList()) {
                int mode =
                        (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
                String type =
                        Files.isSymbolicLink(file)
                                ? "symlink"
                                : Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)
                                        ? "dir"
                                        : "file";
                found.add(
                        root.relativize(file)
                                + " "
                                + type
                                + " "
                                + String.format("%04o", mode & 07777));
            }
        }
        return found;
    }

    private static void extract(Path tar, Path root) throws IOException {
        LayerExtractor extractor =
                new LayerExtractor(LayerExtractor.Whiteouts.REMOVE, ExtractionLimits.DEFAULT);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(tar))) {
            long bytes = extractor.extract(in, root);
            assertThat(bytes).isNotNegative();
        }
    }
}

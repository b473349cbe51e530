package dev.gantry.api.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.Corpus;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Real manifests from many sources, faulty ones among them: all are read, or refused with reasons.
class ManifestCorpusTest {

    @Test
    void everyFileReadsOrSaysWhyNot() {
        int read = 0;
        int refused = 0;
        Map<String, Integer> reasons = new TreeMap<>();
        for (Path file : Corpus.files("manifests", ".yaml", ".yml", ".json")) {
            try {
                for (Manifest manifest : ManifestReader.read(file.toString(), Corpus.bytes(file))) {
                    read++;
                    assertWritesBackEqual(manifest);
                }
            } catch (ManifestException e) {
                refused++;
                assertThat(e.problems()).as(file.toString()).isNotEmpty();
                for (Problem problem : e.problems()) {
                    assertThat(problem.toString()).startsWith(file.toString());
                    reasons.merge(problem.field() + ": " + problem.message(), 1, Integer::sum);
                }
            }
        }
        reasons.forEach((reason, count) -> System.out.println(count + "\t" + reason));
        System.out.println("manifests: " + read + " objects read, " + refused + " files refused");
        assertThat(read).isGreaterThan(400);
    }

    private static void assertWritesBackEqual(Manifest manifest) {
        assertThat(
                        ObjectYaml.read(
                                manifest.kind(),
                                ObjectYaml.write(manifest.object())
                                        .getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEqualTo(manifest.object());
        assertThat(
                        ObjectJson.read(
                                manifest.kind(),
                                ObjectJson.write(manifest.object())
                                        .getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEqualTo(manifest.object());
        assertThat(KubernetesProtobuf.read(KubernetesProtobuf.write(manifest.object())))
                .isEqualTo(manifest.object());
    }
}

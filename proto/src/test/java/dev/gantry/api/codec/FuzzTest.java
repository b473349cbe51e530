package dev.gantry.api.codec;

import static org.assertj.core.api.Assertions.assertThatCode;

import com.google.protobuf.Message;
import dev.gantry.api.Corpus;
import dev.gantry.api.defaulting.Defaults;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.quantity.Quantities;
import dev.gantry.api.selector.Selectors;
import dev.gantry.api.validation.Unsupported;
import dev.gantry.api.validation.Validation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Damaged inputs: only the documented exceptions may come out of any parser.
class FuzzTest {
    private static final int SEEDS = 1500;

    @Test
    void damagedManifestsAreReadOrRefused() {
        List<Path> files =
                Corpus.files("manifests", ".yaml", ".json").stream()
                        .filter(p -> p.toFile().length() < 6_000)
                        .toList();
        for (int seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Path file = files.get(random.nextInt(files.size()));
            byte[] text = damage(Corpus.bytes(file), random);
            assertThatCode(() -> manifests(file.toString(), text))
                    .as("seed %d, %s", seed, file)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void damagedProtobufIsReadOrRefused() {
        for (int seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Kind kind = Kinds.all().get(random.nextInt(Kinds.all().size()));
            String group = kind.group().isEmpty() ? "core" : kind.group();
            Path file =
                    Corpus.path("k8s-api-testdata").resolve(group + ".v1." + kind.name() + ".pb");
            byte[] bytes = damage(Corpus.bytes(file), random);
            assertThatCode(() -> protobuf(bytes)).as("seed %d", seed).doesNotThrowAnyException();
        }
    }

    @Test
    void anyTextIsAQuantityAndASelectorOrIsRefused() {
        String letters = "0123456789.+-eEinumkKMGTP ,=!<>()ab/";
        for (int seed = 0; seed < 20 * SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            assertThatCode(() -> values(text.toString())).as("%s", text).doesNotThrowAnyException();
        }
    }

    private static void manifests(String file, byte[] text) {
        try {
            for (Manifest manifest : ManifestReader.read(file, text)) {
                Message object = Defaults.apply(manifest.object());
                Validation.create(object);
                Unsupported.check(object);
                byte[] yaml = ObjectYaml.write(object).getBytes(StandardCharsets.UTF_8);
                if (!ObjectYaml.read(manifest.kind(), yaml).equals(object)) {
                    throw new IllegalStateException(
                            "reads back different: " + ObjectYaml.write(object));
                }
            }
        } catch (ManifestException e) {
            if (e.problems().isEmpty()) {
                throw new IllegalStateException("refused without a reason", e);
            }
        }
    }

    private static void protobuf(byte[] bytes) {
        try {
            Message object = KubernetesProtobuf.read(bytes);
            Validation.create(Defaults.apply(object));
            ObjectJson.write(object);
        } catch (ManifestException e) {
            if (e.problems().isEmpty()) {
                throw new IllegalStateException("refused without a reason", e);
            }
        }
    }

    private static void values(String text) {
        try {
            String canonical = Quantities.parse(text).toString();
            if (!Quantities.parse(canonical).toString().equals(canonical)) {
                throw new IllegalStateException(text + " is not canonical as " + canonical);
            }
        } catch (IllegalArgumentException e) {
            // The documented refusal.
        }
        try {
            Selectors.parse(Selectors.parse(text).toString());
        } catch (IllegalArgumentException e) {
            // The documented refusal.
        }
    }

    private static byte[] damage(byte[] text, SplittableRandom random) {
        byte[] bytes = text.clone();
        for (int i = random.nextInt(6); i >= 0 && bytes.length > 2; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes = Arrays.copyOf(bytes, at + 1);
                case 2 -> bytes[at] = (byte) "{}[]:-\"'\n\t #&*!|>%@`,".charAt(random.nextInt(21));
                default ->
                        System.arraycopy(
                                bytes,
                                random.nextInt(at + 1),
                                bytes,
                                at,
                                Math.min(bytes.length - at, random.nextInt(20)));
            }
        }
        return bytes;
    }
}

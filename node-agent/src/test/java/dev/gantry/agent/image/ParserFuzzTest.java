package dev.gantry.agent.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.image.Json.JsonException;
import dev.gantry.agent.image.archive.TarEntry;
import dev.gantry.agent.image.archive.TarReader;
import dev.gantry.loop.SeededTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Bytes from outside, damaged at random: parsers answer or refuse with their own exception, and
/// never with another.
class ParserFuzzTest {
    private static final int ROUNDS = 200;
    private static final TinyImage IMAGE =
            TinyImage.of(List.of(TinyImage.tar("file", new byte[700])));
    private static final List<String> PIECES =
            List.of(
                    "{",
                    "}",
                    "[",
                    "]",
                    "\"",
                    ":",
                    ",",
                    "-1",
                    "1e999",
                    "99999999999999999999",
                    "null",
                    "\"schemaVersion\"",
                    "sha256:",
                    "\\u0000",
                    "\0",
                    "@",
                    "/",
                    "latest");

    @SeededTest(seeds = 30)
    void manifestsAreReadOrRefused(SplittableRandom random) {
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = damaged(IMAGE.manifest(), random);
            try {
                assertThat(Manifests.read(bytes, TinyImage.MANIFEST)).isNotNull();
            } catch (JsonException e) {
                assertThat(e.getMessage()).isNotEmpty().hasSizeLessThan(2000);
            }
        }
    }

    @SeededTest(seeds = 30)
    void configsAreReadOrRefused(SplittableRandom random) {
        byte[] config = IMAGE.blobs().values().stream().reduce((a, b) -> b).orElseThrow();
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = damaged(config, random);
            try {
                assertThat(ImageConfigReader.read(bytes)).isNotNull();
            } catch (JsonException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    @SeededTest(seeds = 30)
    void loginsAreReadOrRefused(SplittableRandom random) {
        byte[] config =
                TinyImage.utf8(
                        "{\"auths\":{\"a\":{\"auth\":\"bWU6cGFzcw==\"}},\"credsStore\":\"x\"}");
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = damaged(config, random);
            try {
                assertThat(DockerConfig.parse(bytes).credentials()).isNotNull();
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessage("the logins are not valid JSON");
            }
        }
    }

    @SeededTest(seeds = 30)
    void namesAreReadBackAsWrittenOrRefused(SplittableRandom random) {
        String name = "localhost:5000/team/app:v1@sha256:" + "a".repeat(64);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = damaged(TinyImage.utf8(name), random);
            String text = new String(bytes, StandardCharsets.UTF_8);
            try {
                ImageReference read = ImageReference.parse(text);
                assertThat(ImageReference.parse(read.toString())).isEqualTo(read);
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).startsWith("invalid image name").hasSizeLessThan(500);
            }
        }
    }

    @SeededTest(seeds = 30)
    void archivesAreReadOrRefused(SplittableRandom random) {
        byte[] tar = TinyImage.tar("n".repeat(150), new byte[700]);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = damaged(tar, random);
            resum(bytes, random);
            try {
                assertThat(entries(bytes)).isLessThanOrEqualTo(bytes.length / 512);
            } catch (IOException e) {
                assertThat(e.getMessage()).isNotEmpty().hasSizeLessThan(2000);
            }
        }
    }

    private static int entries(byte[] bytes) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(bytes));
        byte[] buffer = new byte[512];
        int entries = 0;
        @Nullable TarEntry entry = reader.next();
        while (entry != null) {
            entries++;
            int count = reader.read(buffer, 0, buffer.length);
            while (count > 0) {
                count = reader.read(buffer, 0, buffer.length);
            }
            entry = reader.next();
        }
        return entries;
    }

    /// Makes most headers' checksums right again, or hardly any would get past them.
    private static void resum(byte[] tar, SplittableRandom random) {
        for (int at = 0; at + 512 <= tar.length; at += 512) {
            if (tar[at] == 0 || random.nextInt(5) == 0) {
                continue;
            }
            if (random.nextInt(4) == 0) {
                tar[at + 156] = (byte) "01234567xgLKS".charAt(random.nextInt(13));
            }
            Arrays.fill(tar, at + 148, at + 156, (byte) ' ');
            int sum = 0;
            for (int i = 0; i < 512; i++) {
                sum += tar[at + i] & 0xff;
            }
            byte[] digits = TestImages.ascii("%06o".formatted(sum));
            System.arraycopy(digits, 0, tar, at + 148, 6);
            tar[at + 154] = 0;
        }
    }

    private static byte[] damaged(byte[] whole, SplittableRandom random) {
        byte[] bytes = whole.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes = damagedOnce(bytes, random);
        }
        return bytes;
    }

    private static byte[] damagedOnce(byte[] bytes, SplittableRandom random) {
        int at = random.nextInt(bytes.length + 1);
        switch (random.nextInt(4)) {
            case 0 -> {
                if (at < bytes.length) {
                    bytes[at] = (byte) random.nextInt(256);
                }
                return bytes;
            }
            case 1 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 2 -> {
                byte[] piece = TinyImage.utf8(PIECES.get(random.nextInt(PIECES.size())));
                return joined(bytes, at, piece, at);
            }
            default -> {
                int end = Math.min(bytes.length, at + random.nextInt(64));
                return joined(bytes, at, new byte[0], end);
            }
        }
    }

    private static byte[] joined(byte[] bytes, int end, byte[] piece, int from) {
        byte[] all = Arrays.copyOf(bytes, end + piece.length + bytes.length - from);
        System.arraycopy(piece, 0, all, end, piece.length);
        System.arraycopy(bytes, from, all, end + piece.length, bytes.length - from);
        return all;
    }
}

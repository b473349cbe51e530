package dev.gantry.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

    @TempDir Path directory;

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    @Test
    void changesAreThereAfterReopening() {
        Path file = directory.resolve("new/journal");
        try (Journal journal = Journal.open(file)) {
            journal.change(Map.of("a", bytes("1"), "b", bytes("2")), Set.of());
            journal.change(Map.of("a", bytes("3")), Set.of("b", "never"));
            journal.change(Map.of("", bytes("")), Set.of());
        }

        try (Journal journal = Journal.open(file)) {
            assertThat(journal.values()).isEqualTo(Map.of("", bytes(""), "a", bytes("3")));
        }
    }

    @Test
    void fileCutShortAnywhereHoldsTheChangesBeforeTheCut() throws IOException {
        Path file = directory.resolve("journal");
        List<Map<String, ByteString>> stages = threeStages(file);
        byte[] whole = Files.readAllBytes(file);

        int best = 0;
        for (int length = 0; length < 200; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            try (Journal journal = Journal.open(file)) {
                assertThat(stages).contains(journal.values());
                int stage = stages.indexOf(journal.values());
                assertThat(stage).isGreaterThanOrEqualTo(best);
                best = stage;
                journal.change(Map.of("more", bytes("yes")), Set.of());
            }
            try (Journal journal = Journal.open(file)) {
                assertThat(journal.values()).containsEntry("more", bytes("yes"));
            }
        }
        assertThat(best).isEqualTo(stages.size() - 1);
    }

    @Test
    void damagedByteNeverGivesAStateThatNeverWas() throws IOException {
        Path file = directory.resolve("journal");
        List<Map<String, ByteString>> stages = threeStages(file);
        byte[] whole = Files.readAllBytes(file);

        for (int at = 0; at < 200; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x41;
            Files.write(file, damaged);
            try (Journal journal = Journal.open(file)) {
                assertThat(stages).as("byte %d", at).contains(journal.values());
            }
            assertThat(directory.resolve("journal.damaged")).exists();
            Files.delete(directory.resolve("journal.damaged"));
        }
    }

    // The states after each change; the first is that of an empty file.
    private static List<Map<String, ByteString>> threeStages(Path file) {
        try (Journal journal = Journal.open(file)) {
            journal.change(Map.of("a", bytes("x".repeat(40))), Set.of());
            journal.change(Map.of("b", bytes("y".repeat(30))), Set.of("a"));
            journal.change(Map.of("c", bytes("z".repeat(20))), Set.of());
        }
        return List.of(
                Map.of(),
                Map.of("a", bytes("x".repeat(40))),
                Map.of("b", bytes("y".repeat(30))),
                Map.of("b", bytes("y".repeat(30)), "c", bytes("z".repeat(20))));
    }

    @Test
    void fileStaysSmallHoweverManyChanges() throws IOException {
        Path file = directory.resolve("journal");
        TreeMap<String, ByteString> expected = new TreeMap<>();
        SplittableRandom random = new SplittableRandom(7);
        try (Journal journal = Journal.open(file)) {
            for (int i = 0; i < 400; i++) {
                byte[] value = new byte[random.nextInt(40_000)];
                random.nextBytes(value);
                String key = "k" + random.nextInt(10);
                if (random.nextInt(4) == 0) {
                    journal.change(Map.of(), Set.of(key));
                    expected.remove(key);
                } else {
                    journal.change(Map.of(key, ByteString.copyFrom(value)), Set.of());
                    expected.put(key, ByteString.copyFrom(value));
                }
            }
        }

        assertThat(Files.size(file)).isLessThan(2_500_000);
        try (Journal journal = Journal.open(file)) {
            assertThat(journal.values()).isEqualTo(expected);
        }
    }

    @Test
    void interruptedWriterLosesNothing() {
        Path file = directory.resolve("journal");
        try (Journal journal = Journal.open(file)) {
            journal.change(Map.of("a", bytes("1")), Set.of());
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> journal.change(Map.of("b", bytes("2")), Set.of()))
                    .isInstanceOf(UncheckedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            journal.change(Map.of("c", bytes("3")), Set.of());
        }

        try (Journal journal = Journal.open(file)) {
            assertThat(journal.values()).isEqualTo(Map.of("a", bytes("1"), "c", bytes("3")));
        }
    }

    @Test
    @Tag("root")
    void fullDiskRefusesAndKeepsWhatIsThere() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        run("mount", "-t", "tmpfs", "-o", "size=400k", "gantry-test", small.toString());
        try {
            Path file = small.resolve("journal");
            try (Journal journal = Journal.open(file)) {
                journal.change(Map.of("a", bytes("1")), Set.of());
                ByteString large = ByteString.copyFrom(new byte[500_000]);
                assertThatThrownBy(() -> journal.change(Map.of("b", large), Set.of()))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining(file.toString())
                        .hasStackTraceContaining("No space left on device");
                journal.change(Map.of("c", bytes("3")), Set.of());
            }
            try (Journal journal = Journal.open(file)) {
                assertThat(journal.values()).isEqualTo(Map.of("a", bytes("1"), "c", bytes("3")));
            }
        } finally {
            run("umount", small.toString());
        }
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}

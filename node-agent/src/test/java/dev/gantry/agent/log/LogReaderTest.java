package dev.gantry.agent.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir Path directory;
    private Path log;

    @BeforeEach
    void name() {
        log = directory.resolve("0.log");
    }

    private static String record(int second, String tag, String text) {
        return START.plusSeconds(second) + " stdout " + tag + " " + text + "\n";
    }

    private void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private List<String> read(LogQuery query) throws InterruptedException {
        var lines = new ArrayList<String>();
        LogReader.read(log, query, () -> true, line -> lines.add(line.content().toStringUtf8()));
        return lines;
    }

    private static LogQuery tail(long lines) {
        return new LogQuery(false, OptionalLong.of(lines), Instant.EPOCH, 0);
    }

    @Test
    void missingLogIsEmpty() throws Exception {
        assertThat(read(LogQuery.ALL)).isEmpty();
        assertThat(read(tail(3))).isEmpty();
    }

    @Test
    void partsAreReadOldestFirst() throws Exception {
        append(directory.resolve("0.log.2"), record(1, "F", "a"));
        append(directory.resolve("0.log.1"), record(2, "F", "b"));
        append(log, record(3, "F", "c"));

        assertThat(read(LogQuery.ALL)).containsExactly("a", "b", "c");
    }

    @Test
    void tailCountsLinesAcrossPartsAndPartials() throws Exception {
        append(directory.resolve("0.log.1"), record(1, "F", "a") + record(2, "F", "b"));
        append(log, record(3, "P", "c") + record(3, "F", "d") + record(4, "F", "e"));

        assertThat(read(tail(0))).isEmpty();
        assertThat(read(tail(1))).containsExactly("e");
        assertThat(read(tail(2))).containsExactly("c", "d", "e");
        assertThat(read(tail(3))).containsExactly("b", "c", "d", "e");
        assertThat(read(tail(99))).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void sinceAndLimitCutOff() throws Exception {
        append(log, record(1, "F", "a") + record(2, "F", "bb") + record(3, "F", "cc"));

        var since = new LogQuery(false, OptionalLong.empty(), START.plusSeconds(2), 0);
        var limit = new LogQuery(false, OptionalLong.empty(), Instant.EPOCH, 5);

        assertThat(read(since)).containsExactly("bb", "cc");
        assertThat(read(limit)).containsExactly("a", "bb");
    }

    @Test
    void whatIsNoRecordIsPassedOver() throws Exception {
        append(log, "rubbish\n\n  \nx y z\n" + record(1, "F", "") + "2026 stdout F cut");

        assertThat(read(LogQuery.ALL)).containsExactly("");
    }

    @Test
    void followGoesThroughRotationsWithoutLoss() throws Exception {
        int wanted = 2_000;
        var writer =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                for (int i = 0; i < wanted; i++) {
                                    if (i % 300 == 299) {
                                        rotate();
                                    }
                                    append(log, record(i, "F", Integer.toString(i)));
                                }
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
        var seen = new ArrayList<String>();

        LogReader.read(
                log,
                new LogQuery(true, OptionalLong.empty(), Instant.EPOCH, 0),
                () -> !writer.isAlive(),
                line -> seen.add(line.content().toStringUtf8()));

        assertThat(seen).hasSize(wanted);
        for (int i = 0; i < wanted; i++) {
            assertThat(seen.get(i)).isEqualTo(Integer.toString(i));
        }
    }

    private void rotate() throws IOException {
        for (int i = 9; i > 0; i--) {
            Path from = i == 1 ? log : directory.resolve("0.log." + (i - 1));
            if (Files.exists(from)) {
                Files.move(from, directory.resolve("0.log." + i));
            }
        }
    }
}

package dev.gantry.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The real inputs beside the project; tests pass over them, loudly, where they are absent.
public final class Corpus {
    private Corpus() {}

    /// A folder or file of the corpora; null after saying so when it is absent.
    public static Path path(String name) {
        Path path = Path.of(System.getProperty("gantry.shared", "../shared"), "corpora", name);
        if (!Files.exists(path)) {
            System.err.println("SKIPPED: no corpus at " + path);
            org.junit.jupiter.api.Assumptions.abort("no corpus at " + path);
        }
        return path;
    }

    /// All regular files below a folder, in order.
    public static List<Path> files(String name, String... endings) {
        try (Stream<Path> walk = Files.walk(path(name))) {
            return walk.filter(Files::isRegularFile)
                    .filter(p -> Stream.of(endings).anyMatch(e -> p.toString().endsWith(e)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] bytes(Path path) {
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.gantry.e2e.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Runs a program to its end and keeps what it said.
public final class Command {

    /// What a program said and how it ended.
    public record Result(int exit, String out, String err) {
        /// The output, once the program has ended well.
        ///
        /// @throws AssertionError with all it said when it has not
        public String orFail() {
            if (exit != 0) {
                throw new AssertionError("exit " + exit + "\n" + out + err);
            }
            return out;
        }
    }

    private Command() {}

    /// Runs a program with an empty input.
    ///
    /// @throws AssertionError when it takes longer than `limit`: it is killed
    public static Result run(Duration limit, Map<String, String> environment, List<String> words) {
        return run(limit, environment, words, new byte[0]);
    }

    /// Runs a program with `input` as its standard input.
    public static Result run(
            Duration limit, Map<String, String> environment, List<String> words, byte[] input) {
        try {
            ProcessBuilder builder = new ProcessBuilder(words);
            builder.environment().putAll(environment);
            Process process = builder.start();
            CompletableFuture<String> out = read(process.getInputStream());
            CompletableFuture<String> err = read(process.getErrorStream());
            try (var stdin = process.getOutputStream()) {
                stdin.write(input);
            } catch (IOException _) {
                // It did not read all of it: its exit and its words say what it thought of that.
            }
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(
                        "not done after %s: %s%n%s%s"
                                .formatted(limit, words, out.join(), err.join()));
            }
            return new Result(process.exitValue(), out.join(), err.join());
        } catch (IOException e) {
            throw new UncheckedIOException("failed to run " + words, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + words, e);
        }
    }

    private static CompletableFuture<String> read(InputStream stream) {
        CompletableFuture<String> result = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try (stream) {
                        result.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        result.completeExceptionally(e);
                    }
                });
        return result;
    }
}

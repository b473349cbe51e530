package dev.gantry.e2e.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Docker's engine and podman beside Gantry, driven by `deploy/bench-peers`: they run in namespaces
/// of their own.
final class Engines implements AutoCloseable {
    static final List<String> NAMES = List.of("docker", "podman");

    private final Path script;
    private final Path directory;

    private Engines(Path script, Path directory) {
        this.script = script;
        this.directory = directory;
    }

    /// Starts what is installed.
    ///
    /// @param root the repository's folder
    static Engines start(Path root) throws IOException, InterruptedException {
        // podman refuses a folder for its run-time state whose path has more than 50 characters.
        Path directory = Files.createTempDirectory("gantry-");
        Engines engines = new Engines(root.resolve("deploy/bench-peers"), directory);
        engines.run("up");
        Path archive = directory.resolve("web.tar");
        run(
                List.of(
                        root.resolve("deploy/examples/make-busybox-image").toString(),
                        archive.toString()));
        for (String name : NAMES) {
            try {
                engines.run("load", name, archive.toString());
            } catch (IOException e) {
                System.err.println(name + ": " + e.getMessage());
            }
        }
        return engines;
    }

    /// Milliseconds of `run -d`, one after another.
    Result single(String name, int count) throws InterruptedException {
        return timed(name + " run -d", name, "single", count);
    }

    /// Milliseconds until each of so many `run -d` at once has returned.
    Result together(String name, int count) throws InterruptedException {
        return timed(name + " run -d, " + count + " at once", name, "together", count);
    }

    private Result timed(String subject, String name, String action, int count)
            throws InterruptedException {
        System.err.println(subject + ": " + count);
        try {
            List<Double> millis = new ArrayList<>();
            for (String line : run(action, name, Integer.toString(count)).lines().toList()) {
                millis.add(Double.parseDouble(line));
            }
            run("clear", name);
            return Samples.millis(subject, millis);
        } catch (IOException | IllegalArgumentException e) {
            return new Absent(subject, String.valueOf(e.getMessage()));
        }
    }

    /// Starts so many containers and leaves them.
    void fill(String name, int count) throws IOException, InterruptedException {
        run("single", name, Integer.toString(count));
    }

    /// Process ids of Docker's daemons and shims by role; empty when the engine does not run.
    Map<String, List<Long>> dockerProcesses() throws IOException, InterruptedException {
        Map<String, List<Long>> found = new TreeMap<>();
        for (String line : run("pids").lines().toList()) {
            String[] words = line.split(" ");
            found.computeIfAbsent(words[0], _ -> new ArrayList<>()).add(Long.parseLong(words[1]));
        }
        return found;
    }

    @Override
    public void close() throws IOException {
        try {
            for (String name : NAMES) {
                run("clear", name);
            }
        } catch (IOException e) {
            System.err.println(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            run("down");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while stopping the engines", e);
        }
    }

    private String run(String action, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString(), action));
        command.add(directory.toString());
        command.addAll(List.of(words));
        return run(command);
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("gantry-bench-", ".err");
        try {
            Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
            String out =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                List<String> said = Files.readAllLines(errors);
                throw new IOException(said.isEmpty() ? command + " failed" : said.getLast());
            }
            return out;
        } finally {
            Files.delete(errors);
        }
    }
}

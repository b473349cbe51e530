package dev.gantry.cli.resource;

import dev.gantry.api.codec.Manifest;
import dev.gantry.api.codec.ManifestException;
import dev.gantry.api.codec.ManifestReader;
import dev.gantry.api.codec.Strictness;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Console;
import dev.gantry.cli.session.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Reads manifests from files, folders and standard input: all of them, or none.
final class Sources {
    private final Console console;
    private final Strictness strictness;
    private final boolean recursive;
    private final List<Manifest> manifests = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private Sources(Console console, Strictness strictness, boolean recursive) {
        this.console = console;
        this.strictness = strictness;
        this.recursive = recursive;
    }

    /// The manifests in order. Fails with the problems of all files.
    static List<Manifest> read(
            Console console, List<String> names, Strictness strictness, boolean recursive)
            throws IOException {
        if (names.isEmpty()) {
            throw new UsageException("-f FILE is missing (a file, a folder, or - for input)");
        }
        Sources sources = new Sources(console, strictness, recursive);
        for (String name : names) {
            sources.add(name);
        }
        sources.check();
        return List.copyOf(sources.manifests);
    }

    private void check() {
        if (!problems.isEmpty()) {
            throw new CommandException(String.join("\n", problems));
        }
        if (manifests.isEmpty()) {
            throw new CommandException("no objects in what -f names");
        }
    }

    private void add(String name) throws IOException {
        if (name.equals("-")) {
            parse("input", console.in().readAllBytes());
            return;
        }
        Path path = Path.of(name);
        if (!Files.isDirectory(path)) {
            file(path);
            return;
        }
        try (Stream<Path> found = Files.walk(path, recursive ? Integer.MAX_VALUE : 1)) {
            List<Path> files = found.filter(Sources::isManifest).sorted().toList();
            if (files.isEmpty()) {
                problems.add(name + ": no .yaml, .yml or .json file in this folder");
            }
            files.forEach(this::file);
        }
    }

    private static boolean isManifest(Path path) {
        String name = path.getFileName().toString();
        boolean named = name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
        return named && Files.isRegularFile(path);
    }

    private void file(Path path) {
        try {
            parse(path.toString(), Files.readAllBytes(path));
        } catch (IOException e) {
            problems.add("cannot read " + path + ": " + Reasons.of(e));
        }
    }

    private void parse(String name, byte[] bytes) {
        try {
            manifests.addAll(ManifestReader.read(name, bytes, strictness));
        } catch (ManifestException e) {
            e.problems().forEach(problem -> problems.add(problem.toString()));
        }
    }
}

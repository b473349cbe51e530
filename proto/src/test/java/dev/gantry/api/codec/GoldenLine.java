package dev.gantry.api.codec;

import dev.gantry.api.Corpus;
import dev.gantry.api.codec.Tree.Mapping;
import dev.gantry.api.codec.Tree.Scalar;
import dev.gantry.api.codec.Tree.Sequence;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// One case of the golden files: what was sent to a real API server and what it answered.
public record GoldenLine(
        Optional<Kind> kind, boolean accepted, String input, String output, List<String> causes) {

    public static List<GoldenLine> read(Path file) {
        List<GoldenLine> lines = new ArrayList<>();
        for (String text :
                new String(Corpus.bytes(file), StandardCharsets.UTF_8).lines().toList()) {
            Tree line = parse(text);
            Tree input = get(line, "input").orElseThrow();
            Optional<Kind> kind =
                    Kinds.of(text(get(input, "apiVersion")), text(get(input, "kind")));
            List<String> causes = new ArrayList<>();
            get(line, "error")
                    .flatMap(e ->
                            get(e, "causes")
                                    .or(() -> get(e, "details").flatMap(d -> get(d, "causes"))))
                    .ifPresent(c -> {
                        if (c instanceof Sequence(var items, _)) {
                            items.forEach(i -> causes.add(text(get(i, "field"))));
                        }
                    });
            lines.add(
                    new GoldenLine(
                            kind,
                            text(get(line, "status")).startsWith("2"),
                            JsonWriter.write(input),
                            get(line, "output").map(JsonWriter::write).orElse(""),
                            causes));
        }
        return lines;
    }

    /// The paths that differ; those that end in one of `except` do not count.
    public static String difference(String ours, String theirs, Set<String> except) {
        TreeMap<String, String> a = new TreeMap<>();
        TreeMap<String, String> b = new TreeMap<>();
        flatten("", parse(ours), a);
        flatten("", parse(theirs), b);
        List<String> found = new ArrayList<>();
        for (String path : a.keySet()) {
            if (!a.get(path).equals(b.get(path)) && !ends(path, except)) {
                found.add("ours " + path + "=" + a.get(path));
            }
        }
        for (String path : b.keySet()) {
            if (!a.containsKey(path) && !ends(path, except)) {
                found.add("theirs " + path + "=" + b.get(path));
            }
        }
        return String.join(" ", found);
    }

    private static boolean ends(String path, Set<String> except) {
        return except.stream()
                .anyMatch(e -> path.endsWith("." + e) || path.contains("." + e + "."));
    }

    private static void flatten(String path, Tree tree, TreeMap<String, String> into) {
        switch (tree) {
            case Scalar scalar -> into.put(path, scalar.text());
            case Sequence(var items, _) -> {
                for (int i = 0; i < items.size(); i++) {
                    flatten(path + "." + i, items.get(i), into);
                }
            }
            case Mapping(var entries, _) -> {
                into.put(path, "{}");
                entries.forEach(e -> flatten(path + "." + e.key().text(), e.value(), into));
            }
        }
    }

    private static Tree parse(String json) {
        List<Tree> trees = new ArrayList<>();
        try {
            JsonTrees.read(json, trees);
        } catch (SyntaxException e) {
            throw new IllegalArgumentException(e);
        }
        return trees.getFirst();
    }

    private static Optional<Tree> get(Tree tree, String name) {
        return tree instanceof Mapping mapping
                ? mapping.entries().stream()
                        .filter(e -> e.key().text().equals(name))
                        .map(Tree.Entry::value)
                        .findFirst()
                : Optional.empty();
    }

    private static String text(Optional<Tree> tree) {
        return tree.map(t -> t instanceof Scalar s ? s.text() : "").orElse("");
    }
}

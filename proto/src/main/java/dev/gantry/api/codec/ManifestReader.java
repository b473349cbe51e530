package dev.gantry.api.codec;

import com.google.protobuf.Message;
import dev.gantry.api.codec.Tree.Entry;
import dev.gantry.api.codec.Tree.Mapping;
import dev.gantry.api.codec.Tree.Scalar;
import dev.gantry.api.codec.Tree.Sequence;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads manifest files: YAML of one or many documents, or JSON; a `List` yields its items.
public final class ManifestReader {
    /// Larger files are refused. Kubernetes takes 3 MiB for one object; a file may hold many.
    public static final int FILE_BYTES_MAX = 16 << 20;

    private static final Set<String> TYPE_FIELDS = Set.of("apiVersion", "kind");
    // A list in a list in a list is no manifest.
    private static final int LIST_DEPTH_MAX = 3;

    private final String file;
    private final Strictness strictness;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Manifest> manifests = new ArrayList<>();

    private ManifestReader(String file, Strictness strictness) {
        this.file = file;
        this.strictness = strictness;
    }

    /// Reads a file strictly.
    ///
    /// @param file what messages call the file
    /// @return its objects in the file's order; empty when it has none
    /// @throws ManifestException with all problems of the file
    public static List<Manifest> read(String file, byte[] text) {
        return read(file, text, Strictness.STRICT);
    }

    /// Reads a file.
    ///
    /// @throws ManifestException with all problems of the file
    public static List<Manifest> read(String file, byte[] text, Strictness strictness) {
        ManifestReader reader = new ManifestReader(file, strictness);
        for (Tree document : reader.documents(text)) {
            reader.document(document, 0);
        }
        reader.check();
        return List.copyOf(reader.manifests);
    }

    /// Reads one object of a kind; apiVersion and kind may be left out of the text.
    static Message object(Kind kind, byte[] text) {
        ManifestReader reader = new ManifestReader("", Strictness.STRICT);
        List<Tree> documents = reader.documents(text);
        if (reader.problems.isEmpty() && documents.size() != 1) {
            reader.problem(Position.UNKNOWN, "", "must hold one object, not " + documents.size());
        }
        if (reader.problems.isEmpty()) {
            if (documents.getFirst() instanceof Mapping mapping) {
                reader.sameKind(kind, mapping);
                reader.object(kind, mapping);
            } else {
                reader.problem(documents.getFirst().at(), "", "an object must be a mapping");
            }
        }
        reader.check();
        return reader.manifests.getFirst().object();
    }

    private void check() {
        if (!problems.isEmpty()) {
            throw new ManifestException(problems);
        }
    }

    private List<Tree> documents(byte[] bytes) {
        List<Tree> documents = new ArrayList<>();
        if (bytes.length > FILE_BYTES_MAX) {
            problem(Position.UNKNOWN, "", "larger than " + FILE_BYTES_MAX + " bytes");
            return documents;
        }
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            problem(Position.UNKNOWN, "", "not UTF-8 text");
            return documents;
        }
        try {
            if (!text.stripLeading().startsWith("{") || !json(text, documents)) {
                YamlTrees.read(text, documents);
            }
        } catch (SyntaxException e) {
            problems.add(e.problem(file));
        }
        return documents;
    }

    // YAML's flow style looks like JSON, so what is no JSON may still be YAML.
    private boolean json(String text, List<Tree> documents) throws SyntaxException {
        try {
            JsonTrees.read(text, documents);
            return true;
        } catch (SyntaxException e) {
            if (file.endsWith(".json")) {
                throw e;
            }
            documents.clear();
            return false;
        }
    }

    private void document(Tree document, int depth) {
        if (Scalars.isNull(document)) {
            return;
        }
        if (!(document instanceof Mapping mapping)) {
            problem(document.at(), "", "an object must be a mapping, not " + document.describe());
            return;
        }
        Optional<Scalar> apiVersion = typeField(mapping, "apiVersion");
        Optional<Scalar> kind = typeField(mapping, "kind");
        if (apiVersion.isEmpty() || kind.isEmpty()) {
            return;
        }
        if (isList(apiVersion.get().text(), kind.get().text())) {
            items(mapping, depth);
            return;
        }
        Kinds.of(apiVersion.get().text(), kind.get().text())
                .ifPresentOrElse(
                        known -> object(known, mapping),
                        () ->
                                problem(
                                        kind.get().at(),
                                        "kind",
                                        UnknownKind.explain(
                                                apiVersion.get().text(), kind.get().text())));
    }

    private static boolean isList(String apiVersion, String kind) {
        if (!kind.endsWith("List")) {
            return false;
        }
        String item = kind.substring(0, kind.length() - "List".length());
        return Kinds.of(apiVersion, item).isPresent()
                || (item.isEmpty() && apiVersion.equals("v1"));
    }

    private void items(Mapping list, int depth) {
        if (depth > LIST_DEPTH_MAX) {
            problem(list.at(), "items", "lists nested too deep");
            return;
        }
        for (Entry entry : list.entries()) {
            if (!entry.key().text().equals("items") || Scalars.isNull(entry.value())) {
                continue;
            }
            if (entry.value() instanceof Sequence(var items, _)) {
                items.forEach(item -> document(item, depth + 1));
            } else {
                problem(
                        entry.value().at(),
                        "items",
                        "must be a list, not " + entry.value().describe());
            }
        }
    }

    private void object(Kind kind, Mapping mapping) {
        List<Problem> warnings = new ArrayList<>();
        Reading reading = new Reading(file, strictness, problems, warnings);
        Message.Builder builder = kind.prototype().newBuilderForType();
        new MessageReader(reading).read(mapping, builder, "", TYPE_FIELDS);
        Positions positions = reading.positions();
        Normal normal = new Normal((field, text) -> problems.add(positions.problem(field, text)));
        manifests.add(new Manifest(kind, normal.of(builder.build()), positions, warnings));
    }

    private void sameKind(Kind kind, Mapping mapping) {
        for (Entry entry : mapping.entries()) {
            String name = entry.key().text();
            String wanted = name.equals("kind") ? kind.name() : kind.apiVersion();
            if (TYPE_FIELDS.contains(name)
                    && !(entry.value() instanceof Scalar s && s.text().equals(wanted))) {
                problem(entry.value().at(), name, "must be " + wanted);
            }
        }
    }

    private Optional<Scalar> typeField(Mapping mapping, String name) {
        for (Entry entry : mapping.entries()) {
            if (entry.key().text().equals(name)) {
                if (entry.value() instanceof Scalar value && !Scalars.isNull(value)) {
                    return Optional.of(value);
                }
                problem(entry.value().at(), name, "must be a string");
                return Optional.empty();
            }
        }
        problem(
                mapping.at(),
                name,
                "must be given, such as " + (name.equals("kind") ? "Pod" : "v1"));
        return Optional.empty();
    }

    private void problem(Position at, String field, String message) {
        problems.add(new Problem(file, at, field, message));
    }
}

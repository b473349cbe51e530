package dev.gantry.api.codec;

import dev.gantry.api.codec.Tree.Entry;
import dev.gantry.api.codec.Tree.Mapping;
import dev.gantry.api.codec.Tree.Scalar;
import dev.gantry.api.codec.Tree.Sequence;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/// Reads JSON into trees: one value, or several one after another.
final class JsonTrees {
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(YamlTrees.NESTING_MAX)
                                    .maxDocumentLength(ManifestReader.FILE_BYTES_MAX)
                                    .maxStringLength(ManifestReader.FILE_BYTES_MAX)
                                    .build())
                    .build();

    private final JsonParser parser;

    private JsonTrees(JsonParser parser) {
        this.parser = parser;
    }

    static void read(String text, List<Tree> documents) throws SyntaxException {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonTrees trees = new JsonTrees(parser);
            while (parser.nextToken() != null) {
                documents.add(trees.tree());
            }
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            Position position =
                    at == null || at.getLineNr() < 1
                            ? Position.UNKNOWN
                            : new Position(at.getLineNr(), Math.max(1, at.getColumnNr()));
            throw new SyntaxException(position, "not valid JSON: " + e.getOriginalMessage());
        }
    }

    private Tree tree() {
        Position at = position();
        return switch (parser.currentToken()) {
            case START_OBJECT -> mapping(at);
            case START_ARRAY -> sequence(at);
            case VALUE_STRING -> new Scalar(parser.getString(), false, at);
            default -> new Scalar(parser.getString(), true, at);
        };
    }

    private Mapping mapping(Position at) {
        List<Entry> entries = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            Scalar key = new Scalar(parser.currentName(), false, position());
            parser.nextToken();
            entries.add(new Entry(key, tree()));
        }
        return new Mapping(entries, at);
    }

    private Sequence sequence(Position at) {
        List<Tree> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(tree());
        }
        return new Sequence(items, at);
    }

    private Position position() {
        TokenStreamLocation at = parser.currentTokenLocation();
        return new Position(at.getLineNr(), at.getColumnNr());
    }
}

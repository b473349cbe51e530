package dev.gantry.api.codec;

import dev.gantry.api.codec.Tree.Entry;
import dev.gantry.api.codec.Tree.Mapping;
import dev.gantry.api.codec.Tree.Scalar;
import dev.gantry.api.codec.Tree.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Composes YAML's events into trees, one for each document. Aliases share their tree; merge keys
/// are resolved.
final class YamlTrees {
    // Kubernetes' own manifests nest some 20 levels; the readers recurse.
    static final int NESTING_MAX = 100;
    // Each merge key copies entries: bounds what a small file can make of them.
    private static final int MERGED_ENTRIES_MAX = 20_000;
    private static final String TAG_PREFIX = "tag:yaml.org,2002:";
    private static final Set<String> PLAIN_TAGS = Set.of("int", "float", "bool", "null");

    private final Iterator<Event> events;
    private final Map<String, Tree> anchors = new HashMap<>();
    private int mergedEntries;

    private YamlTrees(String text) {
        LoadSettings settings = LoadSettings.builder().setCodePointLimit(text.length() + 1).build();
        events = new Parse(settings).parseString(text).iterator();
    }

    /// Adds the text's documents to `documents`; those before a syntax error are added as well.
    static void read(String text, List<Tree> documents) throws SyntaxException {
        try {
            new YamlTrees(text).documents(documents);
        } catch (MarkedYamlEngineException e) {
            String problem = e.getProblem();
            if (problem.contains("\\t")) {
                problem += "; indent with spaces, YAML allows no tabs";
            }
            throw new SyntaxException(position(e.getProblemMark()), "not valid YAML: " + problem);
        } catch (YamlEngineException e) {
            String message = String.valueOf(e.getMessage());
            throw new SyntaxException(
                    Position.UNKNOWN, "not valid YAML: " + message.lines().findFirst().orElse(""));
        }
    }

    private void documents(List<Tree> documents) throws SyntaxException {
        while (events.hasNext()) {
            Event event = events.next();
            switch (event.getEventId()) {
                case DocumentStart -> anchors.clear();
                case Scalar, SequenceStart, MappingStart, Alias -> documents.add(tree(event, 0));
                default -> {}
            }
        }
    }

    private Tree tree(Event event, int depth) throws SyntaxException {
        Position at = position(event.getStartMark());
        if (depth > NESTING_MAX) {
            throw new SyntaxException(at, "nested more than " + NESTING_MAX + " levels deep");
        }
        return switch (event) {
            case ScalarEvent scalar -> anchored(scalar.getAnchor(), scalar(scalar, at));
            case SequenceStartEvent start -> anchored(start.getAnchor(), sequence(at, depth));
            case MappingStartEvent start -> anchored(start.getAnchor(), mapping(at, depth));
            case AliasEvent alias -> {
                Tree target = anchors.get(alias.getAlias().getValue());
                if (target == null) {
                    throw new SyntaxException(
                            at,
                            "alias *" + alias.getAlias().getValue() + " has no anchor before it");
                }
                yield target;
            }
            default -> throw new SyntaxException(at, "not valid YAML: unexpected " + event);
        };
    }

    private Tree anchored(Optional<Anchor> anchor, Tree tree) {
        anchor.ifPresent(name -> anchors.put(name.getValue(), tree));
        return tree;
    }

    private static Scalar scalar(ScalarEvent event, Position at) throws SyntaxException {
        boolean plain = event.isPlain();
        Optional<String> tag = event.getTag();
        if (tag.isPresent()) {
            String name =
                    tag.get().startsWith(TAG_PREFIX)
                            ? tag.get().substring(TAG_PREFIX.length())
                            : tag.get();
            if (name.equals("str") || name.equals("!")) {
                plain = false;
            } else if (PLAIN_TAGS.contains(name)) {
                plain = true;
            } else {
                throw new SyntaxException(at, "the tag " + tag.get() + " is not supported");
            }
        }
        return new Scalar(event.getValue(), plain, at);
    }

    private Sequence sequence(Position at, int depth) throws SyntaxException {
        List<Tree> items = new ArrayList<>();
        for (Event event = events.next();
                event.getEventId() != Event.ID.SequenceEnd;
                event = events.next()) {
            items.add(tree(event, depth + 1));
        }
        return new Sequence(items, at);
    }

    private Mapping mapping(Position at, int depth) throws SyntaxException {
        List<Entry> entries = new ArrayList<>();
        List<Entry> merges = new ArrayList<>();
        for (Event event = events.next();
                event.getEventId() != Event.ID.MappingEnd;
                event = events.next()) {
            if (!(tree(event, depth + 1) instanceof Scalar key)) {
                throw new SyntaxException(position(event.getStartMark()), "a key must be a string");
            }
            Entry entry = new Entry(key, tree(events.next(), depth + 1));
            (key.plain() && key.text().equals("<<") ? merges : entries).add(entry);
        }
        for (Entry merge : merges) {
            merge(merge, entries);
        }
        return new Mapping(entries, at);
    }

    private void merge(Entry merge, List<Entry> into) throws SyntaxException {
        List<Tree> sources =
                merge.value() instanceof Sequence list ? list.items() : List.of(merge.value());
        Set<String> present = new HashSet<>();
        into.forEach(entry -> present.add(entry.key().text()));
        for (Tree source : sources) {
            if (!(source instanceof Mapping mapping)) {
                throw new SyntaxException(
                        merge.key().at(), "<< takes a mapping or a list of mappings");
            }
            for (Entry entry : mapping.entries()) {
                if (present.add(entry.key().text())) {
                    into.add(entry);
                }
            }
            mergedEntries += mapping.entries().size();
            if (mergedEntries > MERGED_ENTRIES_MAX) {
                throw new SyntaxException(merge.key().at(), "too many merged entries");
            }
        }
    }

    private static Position position(Optional<Mark> mark) {
        return mark.map(m -> new Position(m.getLine() + 1, m.getColumn() + 1))
                .orElse(Position.UNKNOWN);
    }
}

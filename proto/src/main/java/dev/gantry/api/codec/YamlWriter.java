package dev.gantry.api.codec;

import dev.gantry.api.codec.Tree.Mapping;
import dev.gantry.api.codec.Tree.Scalar;
import dev.gantry.api.codec.Tree.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ImplicitTuple;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.events.StreamEndEvent;
import org.snakeyaml.engine.v2.events.StreamStartEvent;

/// Writes a tree as a YAML document that YAML 1.1 and 1.2 readers read alike.
final class YamlWriter {
    private static final DumpSettings SETTINGS =
            DumpSettings.builder().setSplitLines(false).setMaxSimpleKeyLength(1024).build();
    private static final ImplicitTuple IMPLICIT = new ImplicitTuple(true, true);

    private final List<Event> events = new ArrayList<>();

    private YamlWriter() {}

    static String write(Tree tree) {
        YamlWriter writer = new YamlWriter();
        writer.events.add(new StreamStartEvent());
        writer.events.add(new DocumentStartEvent(false, Optional.empty(), Map.of()));
        writer.tree(tree);
        writer.events.add(new DocumentEndEvent(false));
        writer.events.add(new StreamEndEvent());
        return new Present(SETTINGS).emitToString(writer.events.iterator());
    }

    private void tree(Tree tree) {
        switch (tree) {
            case Scalar scalar -> scalar(scalar, true);
            case Sequence(var items, _) -> {
                events.add(
                        new SequenceStartEvent(
                                Optional.empty(), Optional.empty(), true, style(items.isEmpty())));
                items.forEach(this::tree);
                events.add(new SequenceEndEvent());
            }
            case Mapping(var entries, _) -> {
                events.add(
                        new MappingStartEvent(
                                Optional.empty(),
                                Optional.empty(),
                                true,
                                style(entries.isEmpty())));
                for (Tree.Entry entry : entries) {
                    scalar(entry.key(), false);
                    tree(entry.value());
                }
                events.add(new MappingEndEvent());
            }
        }
    }

    private static FlowStyle style(boolean empty) {
        return empty ? FlowStyle.FLOW : FlowStyle.BLOCK;
    }

    private void scalar(Scalar scalar, boolean isValue) {
        String text = scalar.text();
        ScalarStyle style = ScalarStyle.PLAIN;
        if (!scalar.plain()) {
            boolean block = isValue && text.indexOf('\n') >= 0 && isPrintable(text);
            if (block) {
                style = ScalarStyle.LITERAL;
            } else if (text.indexOf('\n') >= 0
                    || Scalars.isNotString(text)
                    || !isPrintable(text)
                    || text.equals("<<")) {
                style = ScalarStyle.DOUBLE_QUOTED;
            }
        }
        events.add(new ScalarEvent(Optional.empty(), Optional.empty(), IMPLICIT, text, style));
    }

    // A block cannot say these, nor keep them apart from line breaks.
    private static boolean isPrintable(String text) {
        return text.chars()
                .allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f) || (c > 0xa0 && c < 0x2000));
    }
}

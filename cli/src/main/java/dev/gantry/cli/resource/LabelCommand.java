package dev.gantry.cli.resource;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.output.Titles;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `label` and `annotate`.
public final class LabelCommand {
    private LabelCommand() {}

    public static Command label() {
        return named("label", "labels", "tier=front old-");
    }

    public static Command annotate() {
        return named("annotate", "annotations", "'note=kept by ops' old-");
    }

    private static Command named(String name, String what, String example) {
        return Command.named(name, "Set and remove " + what)
                .usage("KIND NAME... KEY=VALUE... KEY-...")
                .options(Option.flag("overwrite", "change values that are set already"))
                .examples("gantry " + name + " pod web " + example)
                .does((arguments, session) -> run(arguments, session, name.equals("label")));
    }

    private static int run(Arguments arguments, Session session, boolean labels) {
        List<String> names = new ArrayList<>();
        Map<String, String> changes = new LinkedHashMap<>();
        for (String word : arguments.words()) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                changes.put(word.substring(0, equals), "=" + word.substring(equals + 1));
            } else if (word.endsWith("-") && names.size() > 1) {
                changes.put(word.substring(0, word.length() - 1), "");
            } else {
                names.add(word);
            }
        }
        Targets targets = Targets.of(names, session);
        if (targets.keys().isEmpty() || changes.isEmpty()) {
            throw new UsageException("say which object, and KEY=VALUE or KEY-");
        }
        for (ObjectKey key : targets.keys()) {
            Edits.edit(
                    session,
                    key,
                    object -> changed(object, labels, changes, arguments.has("overwrite")));
            session.console().line(Titles.of(key) + (labels ? " labeled" : " annotated"));
        }
        return 0;
    }

    private static Message changed(
            Message object, boolean labels, Map<String, String> changes, boolean overwrite) {
        var meta = Meta.of(object);
        Map<String, String> values =
                new LinkedHashMap<>(labels ? meta.getLabelsMap() : meta.getAnnotationsMap());
        for (var change : changes.entrySet()) {
            String before = values.get(change.getKey());
            if (change.getValue().isEmpty()) {
                values.remove(change.getKey());
                continue;
            }
            String value = change.getValue().substring(1);
            if (before != null && !before.equals(value) && !overwrite) {
                throw new CommandException(
                        change.getKey() + " is " + before + " already: add --overwrite");
            }
            values.put(change.getKey(), value);
        }
        return Meta.edit(
                object,
                m -> {
                    if (labels) {
                        m.clearLabels().putAllLabels(values);
                    } else {
                        m.clearAnnotations().putAllAnnotations(values);
                    }
                });
    }
}

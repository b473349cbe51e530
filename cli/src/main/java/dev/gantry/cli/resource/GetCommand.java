package dev.gantry.cli.resource;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.output.JsonPath;
import dev.gantry.cli.session.Client;
import dev.gantry.cli.session.Failures;
import dev.gantry.cli.session.Session;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `get`.
public final class GetCommand {
    private final Arguments arguments;
    private final Session session;
    private final OutputFormat format;
    private final Targets targets;

    private GetCommand(Arguments arguments, Session session) {
        this.arguments = arguments;
        this.session = session;
        this.format = OutputFormat.of(arguments.value("output", ""));
        session.connectEarly();
        this.targets = Targets.of(arguments.words(), session);
    }

    public static Command command() {
        return Command.named("get", "Show objects")
                .usage("KIND[,KIND] [NAME...] | KIND/NAME...")
                .options(
                        Option.of("output", 'o', "FORMAT", "wide, yaml, json, name or jsonpath="),
                        Option.flag("watch", 'w', "go on showing changes"),
                        Option.of("selector", 'l', "LABELS", "only with labels, such as app=web"),
                        Option.of("field-selector", "FIELDS", "such as spec.nodeName=n1"),
                        Option.flag("all-namespaces", 'A', "of all namespaces"),
                        Option.flag("show-labels", "a column with the labels"),
                        Option.of("sort-by", "PATH", "a JSONPath, such as .metadata.name"),
                        Option.flag("no-headers", "without the first line"),
                        Option.flag("ignore-not-found", "no error for what does not exist"))
                .examples(
                        "gantry get pods",
                        "gantry get pods,services -l app=web -o wide",
                        "gantry get deployment web -o yaml",
                        "gantry get service web -o 'jsonpath={.spec.clusterIP}'",
                        "gantry get pods -A -w")
                .does((arguments, session) -> new GetCommand(arguments, session).run());
    }

    private int run() throws InterruptedException {
        if (arguments.has("watch")) {
            return watch();
        }
        List<String> failures = new ArrayList<>();
        Map<Kind, List<Message>> found = found(failures);
        if (format.isText()) {
            tables(found, failures.isEmpty());
        } else {
            List<Message> all = new ArrayList<>();
            found.values().forEach(all::addAll);
            boolean single = targets.keys().size() == 1;
            if (!single || !all.isEmpty()) {
                session.console().out().print(format.write(all, single));
            }
        }
        failures.forEach(failure -> session.console().note("error: " + failure));
        return failures.isEmpty() ? 0 : 1;
    }

    private Map<Kind, List<Message>> found(List<String> failures) {
        Map<Kind, List<Message>> found = new LinkedHashMap<>();
        if (targets.keys().isEmpty()) {
            for (Kind kind : targets.kinds()) {
                found.put(kind, sorted(session.client().list(query(kind)).objects()));
            }
            return found;
        }
        if (arguments.has("selector") || arguments.has("all-namespaces")) {
            throw new UsageException("names cannot be combined with -l or -A");
        }
        for (ObjectKey key : targets.keys()) {
            try {
                found.computeIfAbsent(key.kind(), _ -> new ArrayList<>())
                        .add(session.client().get(key));
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
                    throw e;
                }
                if (!arguments.has("ignore-not-found")) {
                    failures.add(Failures.text(e));
                }
            }
        }
        return found;
    }

    private List<Message> sorted(List<Message> objects) {
        String path = arguments.value("sort-by", "");
        if (path.isEmpty()) {
            return objects;
        }
        String braced = path.startsWith("{") ? path : "{" + path + "}";
        List<Message> sorted = new ArrayList<>(objects);
        sorted.sort(
                Comparator.comparing(
                        o -> JsonPath.evaluate(braced, dev.gantry.api.codec.ObjectJson.write(o))));
        return sorted;
    }

    private Client.Query query(Kind kind) {
        String namespace =
                kind.namespaced() && !arguments.has("all-namespaces") ? session.namespace() : "";
        return new Client.Query(
                kind,
                namespace,
                arguments.value("selector", ""),
                arguments.value("field-selector", ""));
    }

    private ObjectTable table(Kind kind, boolean titled) throws InterruptedException {
        return new ObjectTable(
                session.console(),
                kind,
                new ObjectTable.Style(
                        format.isWide(),
                        kind.namespaced() && arguments.has("all-namespaces"),
                        arguments.has("show-labels"),
                        !arguments.has("no-headers"),
                        titled));
    }

    private void tables(Map<Kind, List<Message>> found, boolean sayNothingFound)
            throws InterruptedException {
        boolean several = found.size() > 1;
        boolean first = true;
        for (var entry : found.entrySet()) {
            if (entry.getValue().isEmpty()) {
                continue;
            }
            if (!first) {
                session.console().line("");
            }
            first = false;
            table(entry.getKey(), several).print(entry.getValue(), Instant.now());
        }
        if (first && sayNothingFound && targets.keys().isEmpty()) {
            boolean namespaced = targets.kinds().stream().anyMatch(Kind::namespaced);
            boolean one = namespaced && !arguments.has("all-namespaces");
            session.console()
                    .note(
                            "No "
                                    + String.join(
                                            ", ",
                                            targets.kinds().stream().map(Kind::plural).toList())
                                    + " found"
                                    + (one ? " in namespace " + session.namespace() : ""));
        }
    }

    private int watch() throws InterruptedException {
        boolean byName = targets.keys().size() == 1;
        if (!byName && (targets.kinds().size() != 1 || !targets.keys().isEmpty())) {
            throw new UsageException("-w shows one kind, or one object");
        }
        Client.Query query =
                byName
                        ? Client.Query.one(targets.keys().getFirst())
                        : query(targets.kinds().getFirst());
        ObjectTable table = table(query.kind(), false);
        new Watching(session.client(), query)
                .run(
                        listed -> {
                            if (byName && listed.isEmpty()) {
                                session.client().get(targets.keys().getFirst());
                            }
                            show(table, listed);
                        },
                        changed -> show(table, List.of(changed)));
        return 0;
    }

    private void show(ObjectTable table, List<Message> objects) {
        if (format.isText()) {
            table.print(objects, Instant.now());
        } else {
            for (Message object : objects) {
                String between = format.word().equals("yaml") ? "---\n" : "";
                session.console().out().print(between + format.write(List.of(object), true));
            }
        }
        session.console().out().flush();
    }

    /// The events about an object, newest last.
    static List<Message> eventsOf(Session session, ObjectKey key) {
        var query =
                new Client.Query(
                        Kinds.EVENT,
                        key.namespace().isEmpty() ? "default" : key.namespace(),
                        "",
                        "");
        return EventsCommand.sorted(
                session.client().list(query).objects().stream()
                        .filter(event -> EventsCommand.isAbout(event, key))
                        .toList());
    }
}

package dev.gantry.cli.resource;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.time.Times;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.command.Option;
import dev.gantry.cli.session.Client;
import dev.gantry.cli.session.Session;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// `events`.
public final class EventsCommand {
    private EventsCommand() {}

    public static Command command() {
        return Command.named("events", "Show what happened lately")
                .usage("[--for KIND/NAME]")
                .options(
                        Option.of("for", "KIND/NAME", "only about this object"),
                        Option.flag("watch", 'w', "go on showing new ones"),
                        Option.flag("all-namespaces", 'A', "of all namespaces"),
                        Option.of("types", "TYPE", "only Normal or Warning"))
                .examples("gantry events", "gantry events --for pod/web -w", "gantry events -A")
                .does(EventsCommand::run);
    }

    private static int run(Arguments arguments, Session session) throws InterruptedException {
        arguments.atMost(0);
        boolean everywhere = arguments.has("all-namespaces");
        var query = Client.Query.all(Kinds.EVENT, everywhere ? "" : session.namespace());
        Optional<ObjectKey> about =
                arguments.value("for").map(word -> Targets.one(word, Kinds.POD, session));
        String type = arguments.value("types", "");
        var table =
                new ObjectTable(
                        session.console(),
                        Kinds.EVENT,
                        new ObjectTable.Style(false, everywhere, false, true, false));
        java.util.function.Consumer<List<Message>> show =
                events -> {
                    List<Message> shown =
                            sorted(events).stream()
                                    .filter(e -> about.isEmpty() || isAbout(e, about.get()))
                                    .filter(e ->
                                            type.isEmpty() || ((Event) e).getType().equals(type))
                                    .toList();
                    table.print(shown, Instant.now());
                    session.console().out().flush();
                };
        if (arguments.has("watch")) {
            new Watching(session.client(), query).run(show, event -> show.accept(List.of(event)));
        }
        List<Message> events = session.client().list(query).objects();
        if (events.isEmpty()) {
            session.console()
                    .note("No events" + (everywhere ? "" : " in namespace " + session.namespace()));
        }
        show.accept(events);
        return 0;
    }

    static boolean isAbout(Message message, ObjectKey key) {
        var involved = ((Event) message).getInvolvedObject();
        return involved.getKind().equals(key.kind().name())
                && involved.getName().equals(key.name())
                && (key.namespace().isEmpty() || involved.getNamespace().equals(key.namespace()));
    }

    /// Oldest first.
    static List<Message> sorted(List<Message> events) {
        List<Message> sorted = new ArrayList<>(events);
        sorted.sort(Comparator.comparing(e -> last((Event) e)));
        return sorted;
    }

    /// When it happened last.
    static Instant last(Event event) {
        if (event.getSeries().hasLastObservedTime()) {
            return Times.instant(event.getSeries().getLastObservedTime());
        }
        if (event.hasLastTimestamp()) {
            return Times.instant(event.getLastTimestamp());
        }
        return event.hasEventTime()
                ? Times.instant(event.getEventTime())
                : Times.instant(event.getMetadata().getCreationTimestamp());
    }
}

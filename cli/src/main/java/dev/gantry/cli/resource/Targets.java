package dev.gantry.cli.resource;

import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What a command's words name: kinds (`pods`, `pods,services`, `all`), or objects (`pod web`,
/// `pod/web service/web`).
///
/// @param keys objects by name; empty when kinds are meant as a whole
public record Targets(List<Kind> kinds, List<ObjectKey> keys) {
    private static final List<Kind> ALL =
            List.of(Kinds.POD, Kinds.SERVICE, Kinds.DEPLOYMENT, Kinds.REPLICA_SET);

    /// Reads the words.
    public static Targets of(List<String> words, Session session) {
        if (words.isEmpty()) {
            throw new UsageException("say which: pods, deployments, services, nodes, ...");
        }
        if (words.stream().anyMatch(word -> word.contains("/"))) {
            List<ObjectKey> keys = new ArrayList<>();
            words.forEach(word -> keys.add(slashed(word, session)));
            return new Targets(List.of(), List.copyOf(keys));
        }
        List<Kind> kinds = kinds(words.getFirst());
        List<ObjectKey> keys = new ArrayList<>();
        for (String name : words.subList(1, words.size())) {
            kinds.forEach(kind -> keys.add(key(kind, name, session)));
        }
        return new Targets(kinds, List.copyOf(keys));
    }

    /// An object of one of some kinds, such as `deployment/web` or `web`.
    public static ObjectKey one(String word, Kind otherwise, Session session) {
        return word.contains("/") ? slashed(word, session) : key(otherwise, word, session);
    }

    /// An object from `deployment/web` or from the two words `deployment web`.
    public static ObjectKey pair(List<String> words, Session session) {
        List<ObjectKey> keys = of(words, session).keys();
        if (keys.size() != 1) {
            throw new UsageException("name one object, such as deployment/web");
        }
        return keys.getFirst();
    }

    private static ObjectKey slashed(String word, Session session) {
        String[] parts = word.split("/", -1);
        if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new UsageException("'" + word + "' must be KIND/NAME, such as pod/web");
        }
        return key(kind(parts[0]), parts[1], session);
    }

    private static ObjectKey key(Kind kind, String name, Session session) {
        return new ObjectKey(kind, kind.namespaced() ? session.namespace() : "", name);
    }

    private static List<Kind> kinds(String word) {
        List<Kind> kinds = new ArrayList<>();
        for (String part : word.split(",", -1)) {
            if (part.equals("all")) {
                kinds.addAll(ALL);
            } else {
                kinds.add(kind(part));
            }
        }
        return List.copyOf(kinds);
    }

    /// The kind of a word.
    static Kind kind(String word) {
        return Kinds.byWord(word)
                .orElseThrow(() ->
                        new UsageException(
                                "there is no kind '"
                                        + word
                                        + "'. There are: "
                                        + Kinds.all().stream()
                                                .map(Kind::plural)
                                                .collect(Collectors.joining(", "))));
    }
}

package dev.gantry.cli.resource;

import com.google.protobuf.Message;
import dev.gantry.api.codec.Manifest;
import dev.gantry.api.codec.Problem;
import dev.gantry.api.codec.Strictness;
import dev.gantry.api.defaulting.Defaults;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.validation.Unsupported;
import dev.gantry.api.validation.Validation;
import dev.gantry.api.validation.Violation;
import dev.gantry.cli.command.Arguments;
import dev.gantry.cli.command.UsageException;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Failures;
import dev.gantry.cli.session.Session;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The manifests of one command: read, put into their namespace and checked as a whole.
///
/// @param manifests namespaces first, else in their files' order
record Manifests(List<Manifest> manifests) {
    private static final Pattern PLACE = Pattern.compile("objects\\[([0-9]{1,6})]\\.?(.*)");

    /// Reads and checks what `-f` names. Fails with everything that is wrong.
    static Manifests read(Arguments arguments, Session session) throws IOException {
        Strictness strictness = strictness(arguments.value("validate", "strict"));
        List<Manifest> read =
                Sources.read(
                        session.console(),
                        arguments.all("filename"),
                        strictness,
                        arguments.has("recursive"));
        if (strictness == Strictness.WARN) {
            read.forEach(m -> m.warnings().forEach(w -> session.console().note("warning: " + w)));
        }
        List<Manifest> placed = new ArrayList<>();
        Set<String> problems = new LinkedHashSet<>();
        Map<ObjectKey, Problem> seen = new LinkedHashMap<>();
        for (Manifest manifest : read) {
            Manifest inPlace = place(manifest, session, problems);
            check(inPlace, problems);
            placed.add(inPlace);
            ObjectKey key = ObjectKey.of(inPlace.object());
            Problem here =
                    inPlace.positions().problem("metadata.name", key + " is described twice");
            if (!key.name().isEmpty() && seen.put(key, here) != null) {
                problems.add(here.toString());
            }
        }
        if (!problems.isEmpty()) {
            throw new CommandException(String.join("\n", problems));
        }
        List<Manifest> ordered = new ArrayList<>(placed);
        ordered.sort((a, b) -> Integer.compare(rank(a), rank(b)));
        return new Manifests(List.copyOf(ordered));
    }

    private static int rank(Manifest manifest) {
        return manifest.kind().equals(Kinds.NAMESPACE) ? 0 : 1;
    }

    private static Strictness strictness(String word) {
        return switch (word) {
            case "strict", "true" -> Strictness.STRICT;
            case "warn" -> Strictness.WARN;
            case "ignore", "false" -> Strictness.IGNORE;
            default ->
                    throw new UsageException(
                            "--validate must be strict, warn or ignore, not '" + word + "'");
        };
    }

    private static Manifest place(Manifest manifest, Session session, Set<String> problems) {
        String said = Meta.of(manifest.object()).getNamespace();
        if (!manifest.kind().namespaced()) {
            return manifest;
        }
        if (!said.isEmpty()) {
            if (session.namespaceGiven() && !said.equals(session.namespace())) {
                problems.add(
                        manifest.positions()
                                .problem(
                                        "metadata.namespace",
                                        "is " + said + ", but -n says " + session.namespace())
                                .toString());
            }
            return manifest;
        }
        Message object =
                Meta.edit(manifest.object(), meta -> meta.setNamespace(session.namespace()));
        return new Manifest(manifest.kind(), object, manifest.positions(), manifest.warnings());
    }

    private static void check(Manifest manifest, Set<String> problems) {
        List<Violation> found = new ArrayList<>(Unsupported.check(manifest.object()));
        found.addAll(Validation.create(Defaults.apply(manifest.object())));
        for (Violation violation : found) {
            problems.add(
                    manifest.positions()
                            .problem(violation.field(), violation.message())
                            .toString());
        }
    }

    List<Message> objects() {
        return manifests.stream().map(Manifest::object).toList();
    }

    List<ObjectKey> keys() {
        return manifests.stream().map(m -> ObjectKey.of(m.object())).toList();
    }

    /// The server's refusal, with the places in the files.
    CommandException refused(StatusRuntimeException e) {
        List<String> lines = new ArrayList<>();
        for (Failures.Violation violation : Failures.violations(e)) {
            Matcher place = PLACE.matcher(violation.field());
            boolean numbered = place.matches();
            int index = numbered ? Integer.parseInt(place.group(1)) : 0;
            if (index >= manifests.size() || (!numbered && manifests.size() > 1)) {
                lines.add(violation.field() + ": " + violation.message());
                continue;
            }
            String field = numbered ? place.group(2) : violation.field();
            lines.add(
                    manifests
                            .get(index)
                            .positions()
                            .problem(field, violation.message())
                            .toString());
        }
        return new CommandException(lines.isEmpty() ? Failures.text(e) : String.join("\n", lines));
    }
}

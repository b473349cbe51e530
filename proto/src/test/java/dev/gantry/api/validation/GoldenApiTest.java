package dev.gantry.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.gantry.api.Corpus;
import dev.gantry.api.codec.GoldenLine;
import dev.gantry.api.codec.ManifestException;
import dev.gantry.api.codec.ManifestReader;
import dev.gantry.api.codec.ObjectJson;
import dev.gantry.api.codec.Strictness;
import dev.gantry.api.defaulting.Defaults;
import dev.gantry.api.kind.Meta;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What a real API server answered to real manifests and to faulty ones, compared with our answers.
class GoldenApiTest {
    // What that server's admission and storage add, or what came after its version.
    private static final Set<String> SERVER_SIDE =
            Set.of(
                    "clusterIP",
                    "clusterIPs",
                    "nodePort",
                    "healthCheckNodePort",
                    "internalTrafficPolicy",
                    "tolerations",
                    "priority",
                    "preemptionPolicy",
                    "status",
                    "finalizers");

    private int same;
    private int compared;
    private final TreeMap<String, Integer> differences = new TreeMap<>();

    @Test
    void acceptsAndDefaultsAsKubernetesDoes() {
        for (GoldenLine line : GoldenLine.read(Corpus.path("golden-api/create.jsonl"))) {
            if (line.kind().isPresent()) {
                compareCreate(line);
            }
        }
        report("create");
        assertThat(same * 100 / compared).isGreaterThanOrEqualTo(90);
    }

    @Test
    void refusesTheSameFieldsAsKubernetesDoes() {
        for (GoldenLine line : GoldenLine.read(Corpus.path("golden-api/mutations.jsonl"))) {
            if (line.kind().isPresent()) {
                compareFields(line);
            }
        }
        report("mutations");
        assertThat(same * 100 / compared).isGreaterThanOrEqualTo(94);
    }

    private void report(String name) {
        differences.entrySet().stream()
                .sorted((a, b) -> b.getValue() - a.getValue())
                .limit(60)
                .forEach(e -> System.out.println(e.getValue() + "\t" + e.getKey()));
        System.out.println(name + ": " + same + " of " + compared + " agree");
    }

    private void compareCreate(GoldenLine line) {
        compared++;
        try {
            Message object = read(line);
            Message ours = Defaults.apply(object);
            List<Violation> violations = Validation.create(ours);
            if (violations.isEmpty() != line.accepted()) {
                different("accepted " + line.accepted() + " " + violations);
            } else if (line.accepted()) {
                defaults(line, ours);
            } else {
                same++;
            }
        } catch (ManifestException e) {
            if (line.accepted()) {
                different("unread " + e.problems().getFirst().message());
            } else {
                same++;
            }
        }
    }

    private void defaults(GoldenLine line, Message ours) {
        Message theirs =
                ManifestReader.read("", bytes(line.output()), Strictness.IGNORE)
                        .getFirst()
                        .object();
        Message mine = stripped(ours);
        Message other = stripped(theirs);
        if (mine.equals(other)) {
            same++;
        } else {
            different(
                    GoldenLine.difference(
                            ObjectJson.write(mine), ObjectJson.write(other), SERVER_SIDE));
            if (GoldenLine.difference(ObjectJson.write(mine), ObjectJson.write(other), SERVER_SIDE)
                    .isEmpty()) {
                same++;
            }
        }
    }

    private void compareFields(GoldenLine line) {
        compared++;
        Set<String> theirs = new TreeSet<>(line.causes());
        Set<String> ours = new TreeSet<>();
        try {
            for (Violation violation : Validation.create(Defaults.apply(read(line)))) {
                ours.add(violation.field());
            }
        } catch (ManifestException e) {
            e.problems().forEach(problem -> ours.add(problem.field()));
            if (!line.accepted() && theirs.isEmpty()) {
                same++;
                return;
            }
        }
        if (ours.isEmpty() == line.accepted()
                && (line.accepted() || theirs.isEmpty() || ours.equals(theirs))) {
            same++;
        } else {
            different(
                    "ours "
                            + generic(ours)
                            + " theirs "
                            + (line.accepted() ? "accepted" : generic(theirs)));
        }
    }

    private static String generic(Set<String> fields) {
        return fields.stream()
                .map(f -> f.replaceAll("\\[\\d+]", "[]").replace("spec.template.spec", "spec"))
                .collect(Collectors.joining(","));
    }

    private void different(String what) {
        if (!what.isEmpty()) {
            differences.merge(what, 1, Integer::sum);
        }
    }

    private static Message read(GoldenLine line) {
        return ManifestReader.read("", bytes(line.input()), Strictness.IGNORE).getFirst().object();
    }

    private static Message stripped(Message object) {
        return Meta.edit(
                object.toBuilder().build(),
                meta ->
                        meta.clearUid()
                                .clearCreationTimestamp()
                                .clearGeneration()
                                .clearManagedFields()
                                .clearResourceVersion()
                                .clearSelfLink()
                                .clearName());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

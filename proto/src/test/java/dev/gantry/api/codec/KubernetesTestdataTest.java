package dev.gantry.api.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.gantry.api.Corpus;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Every kind with every field set, as Kubernetes itself writes it in its three forms.
class KubernetesTestdataTest {

    @Test
    void allFormsReadToOneMessageAndWriteBackEqual() {
        for (Kind kind : Kinds.all()) {
            Message json = ObjectJson.read(kind, Corpus.bytes(file(kind, "json")));
            Message yaml = ObjectYaml.read(kind, Corpus.bytes(file(kind, "yaml")));
            Message protobuf = KubernetesProtobuf.read(Corpus.bytes(file(kind, "pb")));

            assertThat(yaml).as(kind.name()).isEqualTo(json);
            assertThat(protobuf).as(kind.name()).isEqualTo(json);
            assertThat(readBack(kind, ObjectJson.write(json))).isEqualTo(json);
            assertThat(readBack(kind, ObjectYaml.write(json))).isEqualTo(json);
            assertThat(KubernetesProtobuf.read(KubernetesProtobuf.write(json))).isEqualTo(json);
            assertThat(kind.parse(json.toByteString())).isEqualTo(json);
        }
    }

    @Test
    void writtenJsonIsKubernetesOwn() {
        for (Kind kind : Kinds.all()) {
            Message json = ObjectJson.read(kind, Corpus.bytes(file(kind, "json")));
            String theirs =
                    sorted(new String(Corpus.bytes(file(kind, "json")), StandardCharsets.UTF_8));

            // A zero quantity that may be absent is absent here; it is written as "0" there.
            theirs = theirs.replace("\"divisor\":\"0\",", "");
            String ours = sorted(ObjectJson.write(json));
            int same = 0;
            while (same < Math.min(ours.length(), theirs.length())
                    && ours.charAt(same) == theirs.charAt(same)) {
                same++;
            }

            // From where they differ: the whole is too long to read.
            assertThat(ours.substring(same)).as(kind.name()).isEqualTo(theirs.substring(same));
        }
    }

    private static Message readBack(Kind kind, String text) {
        return ManifestReader.read(kind.name(), text.getBytes(StandardCharsets.UTF_8))
                .getFirst()
                .object();
    }

    private static String sorted(String json) {
        java.util.List<Tree> trees = new java.util.ArrayList<>();
        try {
            JsonTrees.read(json, trees);
        } catch (SyntaxException e) {
            throw new AssertionError(e);
        }
        return JsonWriter.sorted(trees.getFirst());
    }

    private static Path file(Kind kind, String ending) {
        String group = kind.group().isEmpty() ? "core" : kind.group();
        return Corpus.path("k8s-api-testdata")
                .resolve(group + "." + kind.version() + "." + kind.name() + "." + ending);
    }
}

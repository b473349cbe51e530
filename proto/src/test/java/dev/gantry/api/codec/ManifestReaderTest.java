package dev.gantry.api.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Pod;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManifestReaderTest {

    @Test
    void namesFileLineColumnFieldAndRemedyOfEveryProblem() {
        String text =
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec:
                  replcas: 3
                  replicas: "3"
                  paused: maybe
                """;

        assertThatThrownBy(() -> read(text))
                .isInstanceOf(ManifestException.class)
                .hasMessage(
                        """
                        web.yaml:5:3: spec.replcas: unknown field, did you mean replicas?
                        web.yaml:6:13: spec.replicas: must be a whole number, not "3": write it \
                        without quotes
                        web.yaml:7:11: spec.paused: must be true or false, not maybe\
                        """);
    }

    @Test
    void plainScalarsMeanWhatYaml11SaysTheyMean() {
        String text =
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: a}
                spec:
                  containers: []
                  volumes:
                  - {name: v, configMap: {name: c, defaultMode: 0644}}
                  - {name: w, configMap: {name: c, defaultMode: 420}}
                """;

        Pod pod = (Pod) read(text).getFirst().object();

        assertThat(pod.getSpec().getVolumes(0).getVolumeSource().getConfigMap().getDefaultMode())
                .isEqualTo(
                        pod.getSpec()
                                .getVolumes(1)
                                .getVolumeSource()
                                .getConfigMap()
                                .getDefaultMode());
    }

    @Test
    void wordsThatYaml11TakesForBooleansAreRefusedInTexts() {
        for (String word : List.of("yes", "no", "on", "OFF", "y", "true", "12", "0x1f")) {
            assertThatThrownBy(() -> read(configMap(word)))
                    .as(word)
                    .isInstanceOf(ManifestException.class)
                    .hasMessageContaining("write \"" + word + "\"");
        }
        ConfigMap map = (ConfigMap) read(configMap("\"yes\"")).getFirst().object();
        assertThat(map.getDataMap()).containsEntry("key", "yes");
    }

    @Test
    void aliasBombsAndDeepNestingAreRefused() {
        StringBuilder bomb = new StringBuilder("a: &a [x,x,x,x,x,x,x,x,x,x]\n");
        for (char c = 'b'; c < 'm'; c++) {
            char before = (char) (c - 1);
            bomb.append(c).append(": &").append(c).append(" [");
            bomb.append(("*" + before + ",").repeat(9)).append('*').append(before).append("]\n");
        }
        String manifest = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {command: *l}\n";
        assertThatThrownBy(() -> read(bomb + manifest)).isInstanceOf(ManifestException.class);
        assertThatThrownBy(() -> read("a: " + "[".repeat(5000)))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("levels deep");
    }

    @Test
    void duplicateKeysAreErrorsUnlessTheReaderIsTold() {
        String text = configMap("a") + "  key: b\n";

        assertThatThrownBy(() -> read(text)).hasMessageContaining("data[key]: given twice");
        Manifest manifest =
                ManifestReader.read("f", text.getBytes(StandardCharsets.UTF_8), Strictness.WARN)
                        .getFirst();
        assertThat(manifest.warnings()).hasSize(1);
    }

    @Test
    void listsAndDocumentsYieldTheirObjects() {
        String list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n";

        assertThat(read(list + "---\n# nothing\n---\n" + configMap("a"))).hasSize(2);
    }

    private static String configMap(String value) {
        return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  key: "
                + value
                + "\n";
    }

    private static List<Manifest> read(String text) {
        return ManifestReader.read("web.yaml", text.getBytes(StandardCharsets.UTF_8));
    }
}

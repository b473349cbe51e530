package dev.gantry.e2e.kubectl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.gantry.api.codec.KubernetesProtobuf;
import dev.gantry.api.codec.Manifest;
import dev.gantry.api.codec.ManifestReader;
import dev.gantry.api.codec.ObjectJson;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// An object that kubectl sends in protobuf is the one that the same command prints as YAML.
///
/// kubectl 1.32 sends protobuf for what its generators make (`create deployment`, `create
/// configmap`...), and JSON for what it reads from files (`create -f`, `apply -f`) and for `run`:
/// those go through its dynamic client, which knows no types. Both are compared here. What 1.32
/// sent stands beside this test and is what is compared where there is no kubectl, which Debian
/// does not package; where there is one, what it sends now is compared as well.
/// `-Dgantry.record=FOLDER` records anew.
class KubectlTest {
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    private static final String JSON = "application/json";
    private static final Path RECORDED =
            Path.of(System.getProperty("gantry.root", ".."))
                    .resolve("e2e/src/test/resources/kubectl-1.32");

    static Stream<Arguments> typed() {
        return Stream.of(
                command("deployment", "create deployment web --image=nginx --replicas=3 --port=80"),
                command("deployment-command", "create deployment job --image=busybox -- sleep 1d"),
                command("configmap", "create configmap c --from-literal=a=b --from-literal=n=1"),
                command("secret", "create secret generic s --from-literal=password=p=w"),
                command(
                        "registry-secret",
                        "create secret docker-registry r --docker-username=u"
                                + " --docker-password=p --docker-server=localhost:5000"),
                command("service", "create service clusterip web --tcp=80:8080 --tcp=443"),
                command("headless", "create service clusterip db --clusterip=None"),
                command("nodeport", "create service nodeport web --tcp=80 --node-port=30080"),
                command("namespace", "create namespace team"));
    }

    private static Arguments command(String name, String words) {
        return Arguments.of(name, List.of(words.split(" ")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("typed")
    void recordedProtobufEqualsItsYaml(String name, List<String> command) throws IOException {
        byte[] body = Files.readAllBytes(RECORDED.resolve(name + ".pb"));
        byte[] yaml = Files.readAllBytes(RECORDED.resolve(name + ".yaml"));

        assertThat(KubernetesProtobuf.read(body)).isEqualTo(read(name, yaml));
    }

    @Tag("e2e")
    @ParameterizedTest(name = "{0}")
    @MethodSource("typed")
    void protobufEqualsItsYaml(String name, List<String> command, @TempDir Path home)
            throws Exception {
        Optional<Kubectl> found = Kubectl.find(home);
        if (found.isEmpty()) {
            recordedProtobufEqualsItsYaml(name, command);
            return;
        }
        byte[] yaml = yaml(found.get(), command);

        RecordingServer.Posted posted = post(found.get(), command);

        assertThat(posted.contentType()).isEqualTo(PROTOBUF);
        record(name + ".pb", posted.body());
        record(name + ".yaml", yaml);
        assertThat(KubernetesProtobuf.read(posted.body())).isEqualTo(read(name, yaml));
    }

    static Stream<String> files() {
        return Stream.of("deployment", "service", "configmap", "secret", "namespace");
    }

    @ParameterizedTest
    @MethodSource("files")
    void recordedJsonEqualsTheFile(String name) throws IOException {
        Message wanted = read(name, Files.readAllBytes(RECORDED.resolve(name + ".yaml")));
        byte[] body = Files.readAllBytes(RECORDED.resolve(name + ".json"));

        assertThat(ObjectJson.read(Kinds.of(wanted), body)).isEqualTo(inDefaultNamespace(wanted));
    }

    @Tag("e2e")
    @ParameterizedTest
    @MethodSource("files")
    void fileSentAsJsonEqualsTheFile(String name, @TempDir Path home) throws Exception {
        Optional<Kubectl> found = Kubectl.find(home);
        if (found.isEmpty()) {
            recordedJsonEqualsTheFile(name);
            return;
        }
        Path file = RECORDED.resolve(name + ".yaml");
        Message wanted = read(name, Files.readAllBytes(file));

        RecordingServer.Posted posted =
                post(found.get(), List.of("create", "-f", file.toString(), "--validate=false"));

        assertThat(posted.contentType()).isEqualTo(JSON);
        record(name + ".json", posted.body());
        assertThat(ObjectJson.read(Kinds.of(wanted), posted.body()))
                .isEqualTo(inDefaultNamespace(wanted));
    }

    // kubectl fills it in from its context when it reads a file.
    private static Message inDefaultNamespace(Message object) {
        return Kinds.of(object).namespaced()
                ? Meta.edit(object, meta -> meta.setNamespace("default"))
                : object;
    }

    private static byte[] yaml(Kubectl kubectl, List<String> command) throws Exception {
        List<String> dry = with(command, "--dry-run=client", "-o", "yaml");
        return kubectl.run(dry).getBytes(StandardCharsets.UTF_8);
    }

    // Options end where the container's own command begins.
    private static List<String> with(List<String> command, String... options) {
        int end = command.contains("--") ? command.indexOf("--") : command.size();
        var all = new ArrayList<>(command.subList(0, end));
        all.addAll(List.of(options));
        all.addAll(command.subList(end, command.size()));
        return all;
    }

    private static RecordingServer.Posted post(Kubectl kubectl, List<String> command)
            throws Exception {
        try (var server = new RecordingServer()) {
            kubectl.run(with(command, "--server=" + server.url()));
            return server.take().orElseThrow();
        }
    }

    private static Message read(String name, byte[] yaml) {
        List<Manifest> manifests = ManifestReader.read(name, yaml);
        assertThat(manifests).hasSize(1);
        return manifests.getFirst().object();
    }

    private static void record(String file, byte[] bytes) throws IOException {
        String folder = System.getProperty("gantry.record");
        if (folder != null) {
            Files.write(Path.of(folder, file), bytes);
        }
    }
}

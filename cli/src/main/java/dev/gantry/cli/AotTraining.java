package dev.gantry.cli;

import com.google.protobuf.Message;
import dev.gantry.api.codec.Manifest;
import dev.gantry.api.codec.ManifestReader;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.v1.ClusterGrpc;
import dev.gantry.api.v1.ListResponse;
import dev.gantry.api.v1.ResourcesGrpc;
import dev.gantry.api.v1.StatusResponse;
import dev.gantry.api.v1.VersionResponse;
import dev.gantry.api.v1.WriteResponse;
import dev.gantry.api.v1.WriteResult;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.session.Client;
import dev.gantry.cli.session.Console;
import dev.gantry.cli.session.Tls;
import dev.gantry.cli.transport.PracticeServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Runs frequent commands against a server of its own, so that the start-up cache holds their
/// classes. Its credentials stand in the program: nothing trusts them.
final class AotTraining {
    private static final String MANIFESTS =
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: web
              namespace: default
              labels: {app: web}
              creationTimestamp: "2026-01-01T00:00:00Z"
              ownerReferences:
                - {apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: u, controller: true}
            spec:
              nodeName: n1
              containers:
                - name: web
                  image: web:1
                  resources: {limits: {memory: 64Mi}}
            status:
              phase: Running
              hostIP: 10.0.0.1
              podIP: 10.200.0.2
              podIPs: [{ip: 10.200.0.2}]
              startTime: "2026-01-01T00:00:00Z"
              conditions: [{type: Ready, status: "True"}]
              containerStatuses:
                - name: web
                  ready: true
                  restartCount: 1
                  state: {running: {startedAt: "2026-01-01T00:00:01Z"}}
                  lastState:
                    terminated: {exitCode: 1, finishedAt: "2026-01-01T00:00:00Z"}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: default}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers: [{name: web, image: "web:1"}]
            """;

    private static final List<List<String>> COMMANDS =
            List.of(
                    List.of("version"),
                    List.of("status"),
                    List.of("get", "pods"),
                    List.of("get", "pods", "-o", "wide"),
                    List.of("get", "pods", "-o", "yaml"),
                    List.of("get", "pod", "web", "-o", "json"),
                    List.of("get", "pod", "web", "-o", "jsonpath={.metadata.name}"),
                    List.of("get", "pods", "--help"));

    private AotTraining() {}

    static Command command() {
        return Command.named("aot-training", "Exercise commands for the start-up cache")
                .hidden()
                .does((_, _) -> run());
    }

    private static int run() throws IOException {
        for (Kind kind : Kinds.all()) {
            kind.parse(kind.prototype().toByteString());
        }
        List<Message> objects =
                ManifestReader.read("training", MANIFESTS.getBytes(StandardCharsets.UTF_8)).stream()
                        .map(Manifest::object)
                        .toList();
        Path folder = Files.createTempDirectory("gantry-training");
        Path config = folder.resolve("config.yaml");
        Path manifests = folder.resolve("web.yaml");
        Path socket = folder.resolve("api.sock");
        var tls = Tls.of(pem("ca.crt"), pem("server.crt"), pem("server.key"));
        try {
            Files.writeString(manifests, MANIFESTS);
            try (PracticeServer remote = PracticeServer.secured(tls, answers(objects))) {
                Files.writeString(config, config(remote.port()));
                practise(config, COMMANDS);
                // From here on the socket is there, which is preferred.
                try (PracticeServer _ = PracticeServer.local(socket, answers(objects))) {
                    practise(config, COMMANDS);
                    practise(config, List.of(List.of("apply", "-f", manifests.toString())));
                }
            }
            Files.delete(socket);
            try (PracticeServer _ = PracticeServer.local(socket, Map.of())) {
                practise(config, List.of(List.of("get", "pods")));
            }
            return 0;
        } finally {
            Files.deleteIfExists(config);
            Files.deleteIfExists(manifests);
            Files.deleteIfExists(socket);
            Files.delete(folder);
        }
    }

    private static void practise(Path config, List<List<String>> commands) {
        for (List<String> command : commands) {
            practiseOne(config, command);
        }
    }

    private static void practiseOne(Path config, List<String> command) {
        var nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        var console =
                new Console(InputStream.nullInputStream(), nowhere, nowhere, false, false, false);
        int code = Gantry.run(command, console, Map.of("GANTRY_CONFIG", config.toString()));
        if (code != 0) {
            throw new IllegalStateException("training failed: gantry " + command + ": " + code);
        }
    }

    private static Map<String, byte[]> answers(List<Message> objects) {
        var pod = Client.wrap(objects.getFirst());
        WriteResponse.Builder written = WriteResponse.newBuilder();
        objects.forEach(o ->
                written.addResults(
                        WriteResult.newBuilder()
                                .setAction(WriteResult.Action.CREATED)
                                .setObject(Client.wrap(o))));
        StatusResponse.Builder status = StatusResponse.newBuilder().setStoreHealthy(true);
        status.addNodesBuilder().setName("n1").setReady(true).setConnected(true);
        Map<String, byte[]> answers = new HashMap<>();
        answers.put(
                path(ResourcesGrpc.getListMethod()),
                ListResponse.newBuilder().addItems(pod).build().toByteArray());
        answers.put(path(ResourcesGrpc.getGetMethod()), pod.toByteArray());
        answers.put(path(ResourcesGrpc.getApplyMethod()), written.build().toByteArray());
        answers.put(
                path(ClusterGrpc.getVersionMethod()),
                VersionResponse.newBuilder().setVersion("0").build().toByteArray());
        answers.put(path(ClusterGrpc.getStatusMethod()), status.build().toByteArray());
        return answers;
    }

    private static String path(io.grpc.MethodDescriptor<?, ?> method) {
        return "/" + method.getFullMethodName();
    }

    private static String config(int port) throws IOException {
        return "currentContext: training\ncontexts:\n- name: training\n  server: localhost:"
                + port
                + "\n  socket: api.sock\n"
                + block("caCertificate", "ca.crt")
                + block("clientCertificate", "client.crt")
                + block("clientKey", "client.key");
    }

    private static String block(String key, String resource) throws IOException {
        return "  " + key + ": |\n" + pem(resource).strip().indent(4);
    }

    private static String pem(String name) throws IOException {
        try (InputStream in = AotTraining.class.getResourceAsStream("training/" + name)) {
            if (in == null) {
                throw new IOException("training/" + name + " is missing in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}

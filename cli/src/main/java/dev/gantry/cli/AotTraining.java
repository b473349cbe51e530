package dev.gantry.cli;

import dev.gantry.api.codec.ManifestReader;
import dev.gantry.api.codec.ObjectJson;
import dev.gantry.api.codec.ObjectYaml;
import dev.gantry.api.defaulting.Defaults;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.table.Table;
import dev.gantry.api.validation.Unsupported;
import dev.gantry.api.validation.Validation;
import dev.gantry.cli.command.Command;
import dev.gantry.cli.session.Client;
import dev.gantry.cli.session.CommandException;
import dev.gantry.cli.session.Session;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// Runs what commands need, without a cluster, so that the start-up cache holds those classes.
final class AotTraining {
    private static final String MANIFEST =
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
            spec:
              replicas: 1
              selector: {matchLabels: {app: web}}
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                    - name: web
                      image: web:1
                      resources: {limits: {memory: 64Mi}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec:
              containers: [{name: web, image: "web:1"}]
            """;

    private AotTraining() {}

    static Command command() {
        return Command.named("aot-training", "Exercise classes for the start-up cache")
                .hidden()
                .does((_, session) -> run(session));
    }

    private static int run(Session session) {
        for (var manifest :
                ManifestReader.read("training", MANIFEST.getBytes(StandardCharsets.UTF_8))) {
            var object = Defaults.apply(manifest.object());
            Validation.create(object);
            Unsupported.check(object);
            Client.object(Client.wrap(object));
            Table.row(object, Instant.EPOCH);
            ObjectYaml.write(object);
            ObjectJson.write(object);
        }
        for (Kind kind : Kinds.all()) {
            kind.parse(kind.prototype().toByteString());
        }
        try {
            session.client().cluster();
        } catch (CommandException | StatusRuntimeException _) {
            // There need not be a cluster.
        }
        return 0;
    }
}

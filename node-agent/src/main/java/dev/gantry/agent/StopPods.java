package dev.gantry.agent;

import dev.gantry.agent.facts.Objects;
import dev.gantry.agent.image.ImageStore;
import dev.gantry.agent.node.DataLock;
import dev.gantry.agent.pod.NodeFacts;
import dev.gantry.agent.pod.PodReports;
import dev.gantry.agent.session.NodeState;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.v1.PodStatusReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// `gantry agent stop-pods`: ends all pods of an agent that has stopped, each with its grace
/// period, and removes what the agent made on the host. Data stays: images, logs of pods are gone
/// with the pods.
final class StopPods {
    private static final long LOOK_MILLIS = 20;
    // Longer than any usual grace period; then the rest is killed.
    private static final long WAIT_SECONDS = 60;

    private StopPods() {}

    static int run(List<String> arguments) throws InterruptedException, IOException {
        var dataDir = Path.of("/var/lib/gantry/agent");
        for (int i = 0; i < arguments.size(); i += 2) {
            if (!arguments.get(i).equals("--data-dir") || i + 1 == arguments.size()) {
                throw new AgentConfig.UsageException(
                        List.of("unknown flag " + arguments.get(i) + " (see --help)"));
            }
            dataDir = Path.of(arguments.get(i + 1)).toAbsolutePath();
        }
        Main.logLevel("warn");
        if (!Files.isDirectory(dataDir)) {
            return 0;
        }
        try (DataLock _ = Main.lock(dataDir)) {
            var settings = new SettingsFile(dataDir).read();
            if (settings.isEmpty()) {
                return 0;
            }
            try (var images = ImageStore.open(dataDir.resolve("images"));
                    var host = new Host(dataDir, images, settings.get())) {
                return stop(host, NodeState.empty(settings.get()));
            }
        }
    }

    private static int stop(Host host, NodeState nothing) throws InterruptedException {
        var node =
                new NodeFacts(
                        nothing.settings().nodeName(),
                        "",
                        0,
                        0,
                        () -> new NodeFacts.Cluster("", ""));
        host.network.setup();
        try (var body = host.start(node, () -> new Objects(nothing), new Silence())) {
            body.agent().replaceAll(List.of());
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
            while (!body.agent().pods().isEmpty() && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
            var left = body.agent().pods();
            if (!left.isEmpty()) {
                left.values().forEach(p -> System.err.println("could not stop pod " + p.key()));
                return 1;
            }
        }
        host.tearDown();
        return 0;
    }

    private static final class Silence implements PodReports {
        @Override
        public void status(PodStatusReport report) {}

        @Override
        public void event(Event event) {}
    }
}

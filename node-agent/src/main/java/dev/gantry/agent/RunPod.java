package dev.gantry.agent;

import dev.gantry.agent.facts.Objects;
import dev.gantry.agent.image.ImageLimits;
import dev.gantry.agent.image.ImageStore;
import dev.gantry.agent.image.ProgressListener;
import dev.gantry.agent.image.RegistrySettings;
import dev.gantry.agent.node.DataLock;
import dev.gantry.agent.node.NodeReader;
import dev.gantry.agent.pod.NodeFacts;
import dev.gantry.agent.pod.PodReports;
import dev.gantry.agent.session.NodeSettings;
import dev.gantry.agent.session.NodeState;
import dev.gantry.agent.session.ObjectName;
import dev.gantry.agent.work.LogPrinter;
import dev.gantry.api.codec.ManifestReader;
import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodStatus;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.defaulting.Defaults;
import dev.gantry.api.v1.PodStatusReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/// `gantry agent run-pod`: one pod from a file, without a control plane.
final class RunPod {
    private static final NodeSettings SETTINGS =
            new NodeSettings(
                    "localhost",
                    "",
                    "10.202.0.0/24",
                    "10.202.0.0/16",
                    "10.203.0.0/16",
                    "10.203.0.10",
                    "cluster.local");

    private final Path dataDir;
    private final Path file;
    private final List<Path> archives;

    private RunPod(Path dataDir, Path file, List<Path> archives) {
        this.dataDir = dataDir;
        this.file = file;
        this.archives = archives;
    }

    /// The exit code of the pod's first container that failed, else 0.
    static int run(List<String> arguments) throws InterruptedException, IOException {
        var dataDir = Path.of("/var/lib/gantry/run-pod");
        Path file = null;
        var archives = new ArrayList<Path>();
        var problems = new ArrayList<String>();
        for (int i = 0; i < arguments.size(); i += 2) {
            var value = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
            switch (arguments.get(i)) {
                case "-f", "--filename" -> file = Path.of(value);
                case "--data-dir" -> dataDir = Path.of(value).toAbsolutePath();
                case "--load" -> archives.add(Path.of(value));
                default -> problems.add("unknown flag " + arguments.get(i) + " (see --help)");
            }
        }
        if (file == null) {
            problems.add("-f is missing: the file of the pod");
        }
        if (!problems.isEmpty() || file == null) {
            throw new AgentConfig.UsageException(problems);
        }
        try (DataLock _ = Main.lock(dataDir)) {
            return new RunPod(dataDir, file, archives).run();
        }
    }

    private int run() throws InterruptedException, IOException {
        Main.logLevel("warn");
        var objects = new Objects(read());
        var pod = objects.state().pods().values().iterator().next();
        var done = new CountDownLatch(1);
        try (var images =
                ImageStore.open(
                        dataDir.resolve("images"),
                        ImageLimits.DEFAULT,
                        RegistrySettings.of(System.getenv()))) {
            for (var archive : archives) {
                try (var in = Files.newInputStream(archive)) {
                    images.load(in, null, ProgressListener.NONE);
                }
            }
            new SettingsFile(dataDir).write(SETTINGS);
            try (var host = new Host(dataDir, images, SETTINGS)) {
                var result = run(host, objects, pod, done);
                host.tearDown();
                return result;
            }
        }
    }

    private int run(Host host, Objects objects, Pod pod, CountDownLatch done)
            throws InterruptedException, IOException {
        var reader = new NodeReader(Path.of("/"), dataDir, "localhost", "127.0.0.1", 0, 0);
        var node =
                new NodeFacts(
                        "localhost",
                        "127.0.0.1",
                        reader.allocatableCpuMillis(),
                        reader.allocatableMemory(),
                        () -> new NodeFacts.Cluster("", SETTINGS.clusterDomain()));
        var gone = new CountDownLatch(1);
        host.network.setup();
        try (var body = host.start(node, () -> objects, reports(pod, done, gone))) {
            Runtime.getRuntime()
                    .addShutdownHook(
                            Thread.ofPlatform()
                                    .unstarted(() ->
                                            body.agent()
                                                    .remove(
                                                            pod.getMetadata().getNamespace(),
                                                            pod.getMetadata().getName())));
            body.agent().replaceAll(List.of(pod));
            var printer = LogPrinter.start(body, pod, System.out);
            done.await();
            printer.finish();
            var state = body.agent().pods().get(pod.getMetadata().getUid());
            int code = state == null ? 0 : ExitCodes.of(state.status());
            body.agent().remove(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
            gone.await();
            return code;
        }
    }

    private static PodReports reports(Pod pod, CountDownLatch done, CountDownLatch gone) {
        return new PodReports() {
            @Override
            public void status(PodStatusReport report) {
                if (!report.getUid().equals(pod.getMetadata().getUid())) {
                    return;
                }
                if (over(report.getStatus()) || report.getGone()) {
                    done.countDown();
                }
                if (report.getGone()) {
                    gone.countDown();
                }
            }

            @Override
            public void event(Event event) {
                if (event.getType().equals("Warning")) {
                    System.err.println(event.getReason() + ": " + event.getMessage());
                }
            }
        };
    }

    private static boolean over(PodStatus status) {
        return status.getPhase().equals("Succeeded") || status.getPhase().equals("Failed");
    }

    private NodeState read() throws IOException {
        var pods = new TreeMap<ObjectName, Pod>();
        var configMaps = new TreeMap<ObjectName, ConfigMap>();
        var secrets = new TreeMap<ObjectName, Secret>();
        for (var manifest : ManifestReader.read(file.toString(), Files.readAllBytes(file))) {
            switch (Defaults.apply(manifest.object())) {
                case Pod pod -> pods.put(name(pod.getMetadata().getName()), identified(pod));
                case ConfigMap map -> configMaps.put(name(map.getMetadata().getName()), map);
                case Secret secret -> secrets.put(name(secret.getMetadata().getName()), secret);
                default ->
                        throw new IllegalArgumentException(
                                "run-pod takes a Pod, ConfigMaps and Secrets");
            }
        }
        if (pods.size() != 1) {
            throw new IllegalArgumentException(file + " must hold one Pod, not " + pods.size());
        }
        return new NodeState(
                "",
                0,
                SETTINGS,
                pods,
                configMaps,
                secrets,
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>());
    }

    private static ObjectName name(String name) {
        return new ObjectName("default", name);
    }

    private static Pod identified(Pod pod) {
        var result = pod.toBuilder();
        result.getMetadataBuilder().setNamespace("default").setUid(UUID.randomUUID().toString());
        return result.build();
    }
}

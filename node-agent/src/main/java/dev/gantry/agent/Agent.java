package dev.gantry.agent;

import dev.gantry.agent.facts.Objects;
import dev.gantry.agent.image.ImageLimits;
import dev.gantry.agent.image.ImageStore;
import dev.gantry.agent.image.RegistrySettings;
import dev.gantry.agent.network.dns.ClusterDns;
import dev.gantry.agent.network.dns.ResolvConf;
import dev.gantry.agent.network.service.ServiceRules;
import dev.gantry.agent.node.HealthServer;
import dev.gantry.agent.node.NodeReader;
import dev.gantry.agent.pod.NodeBody;
import dev.gantry.agent.pod.NodeFacts;
import dev.gantry.agent.pod.PodReports;
import dev.gantry.agent.session.ControlPlaneSession;
import dev.gantry.agent.session.NodeSettings;
import dev.gantry.agent.session.NodeState;
import dev.gantry.agent.session.SessionConfig;
import dev.gantry.agent.sys.LinuxSyscalls;
import dev.gantry.agent.work.NodeCore;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.core.v1.NodeCondition;
import dev.gantry.api.v1.PodStatusReport;
import dev.gantry.loop.FaultHandler;
import dev.gantry.loop.ThreadTimer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The agent of a cluster: connects, and runs what it is told to. Closing it lets the pods run on.
final class Agent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
    private static final Duration CONDITIONS_EVERY = Duration.ofSeconds(10);
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private final AgentConfig config;
    private final InstantSource clock = InstantSource.system();
    private final NodeReader reader;
    private final String address;
    private final ImageStore images;
    private final NodeCore core;
    private final ControlPlaneSession session;
    private final ThreadTimer timer = new ThreadTimer(FaultHandler.logging());
    private final HealthServer health;
    private volatile @Nullable Host host;
    private volatile @Nullable ServiceFeed services;
    private volatile List<String> pressures = List.of();

    Agent(AgentConfig config) throws IOException {
        this.config = config;
        this.address = config.nodeAddress().orElseGet(() -> NodeAddresses.toward(config.server()));
        Files.createDirectories(config.dataDir());
        reader =
                new NodeReader(
                        Path.of("/"),
                        config.dataDir(),
                        config.nodeName(),
                        address,
                        config.reserved().cpuMillis(),
                        config.reserved().memoryBytes());
        images =
                ImageStore.open(
                        config.dataDir().resolve("images"),
                        ImageLimits.DEFAULT,
                        RegistrySettings.of(System.getenv()));
        core =
                new NodeCore(
                        new NodeCore.Tools(reader, images, new LinuxSyscalls(), clock),
                        this::boot,
                        this::serve);
        session =
                new ControlPlaneSession(
                        new SessionConfig(
                                config.server(),
                                config.nodeName(),
                                config.dataDir(),
                                token(config.joinToken()),
                                "0.1.0"),
                        core,
                        Thread.ofVirtual().name("session-", 0).factory(),
                        timer,
                        clock,
                        RandomGenerator.of("L64X128MixRandom"));
        core.onInventory(session::reportImages);
        health =
                HealthServer.start(
                        new InetSocketAddress(
                                config.metricsListen().host(), config.metricsListen().port()),
                        () -> core.ready() && session.connected(),
                        new AgentMetrics(core, session)::text);
    }

    private static Optional<String> token(Optional<String> flag) throws IOException {
        if (flag.isEmpty() || !flag.get().startsWith("@")) {
            return flag;
        }
        var file = Path.of(flag.get().substring(1));
        return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    void start() {
        session.start();
        watchConditions();
        LOG.atInfo()
                .addKeyValue("node", config.nodeName())
                .addKeyValue("address", address)
                .addKeyValue("server", config.server())
                .addKeyValue("dataDir", config.dataDir())
                .addKeyValue("metricsPort", health.port())
                .log("agent started");
    }

    private NodeBody boot(NodeState first, Supplier<Objects> objects) throws InterruptedException {
        var settings = first.settings();
        new SettingsFile(config.dataDir()).write(settings);
        var built = new Host(config.dataDir(), images, settings);
        boolean booted = false;
        try {
            var body = boot(built, settings, objects);
            host = built;
            booted = true;
            return body;
        } finally {
            if (!booted) {
                // The session tries again, from the beginning.
                built.close();
            }
        }
    }

    private NodeBody boot(Host built, NodeSettings settings, Supplier<Objects> objects)
            throws InterruptedException {
        var cluster = new NodeFacts.Cluster(settings.dnsAddress(), settings.clusterDomain());
        var node =
                new NodeFacts(
                        config.nodeName(),
                        address,
                        reader.allocatableCpuMillis(),
                        reader.allocatableMemory(),
                        () -> cluster);
        built.network.setup();
        var dns =
                new ClusterDns(
                        built.network.config(),
                        settings.clusterDomain(),
                        ResolvConf.upstream(RESOLV_CONF));
        dns.start();
        NodeBody body;
        try {
            body = built.start(node, objects, reports());
        } catch (RuntimeException | InterruptedException e) {
            dns.close();
            throw e;
        }
        services = new ServiceFeed(new ServiceRules(built.network), dns);
        built.network
                .diagnose()
                .forEach(text ->
                        LOG.atWarn().addKeyValue("reason", text).log("network is hindered"));
        return body;
    }

    private PodReports reports() {
        return new PodReports() {
            @Override
            public void status(PodStatusReport report) {
                session.reportStatus(report);
            }

            @Override
            public void event(Event event) {
                session.reportEvents(List.of(event));
                if (event.getMessage().startsWith("Successfully pulled")) {
                    session.reportImages(core.describe().images());
                }
            }
        };
    }

    private void serve(NodeState state) {
        var feed = services;
        if (feed != null) {
            feed.accept(state);
        }
    }

    /// Pressure is only seen by looking; it is reported when it changes.
    private void watchConditions() {
        var conditions = reader.conditions(clock.instant());
        var now = conditions.stream().map(NodeCondition::getStatus).toList();
        if (!now.equals(pressures)) {
            pressures = now;
            session.reportConditions(conditions);
        }
        timer.schedule(CONDITIONS_EVERY, this::watchConditions);
    }

    @Override
    public void close() {
        health.close();
        session.close();
        core.body().ifPresent(NodeBody::close);
        var feed = services;
        if (feed != null) {
            feed.close();
        }
        var built = host;
        if (built != null) {
            built.close();
        }
        images.close();
        timer.close();
    }
}

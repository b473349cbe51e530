package dev.gantry.controlplane;

import ch.qos.logback.classic.Level;
import dev.gantry.controlplane.api.ApiServer;
import dev.gantry.controlplane.api.Caller;
import dev.gantry.controlplane.api.ClusterService;
import dev.gantry.controlplane.api.ResourcesService;
import dev.gantry.controlplane.api.SystemNamespaces;
import dev.gantry.controlplane.api.Version;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.certificate.CertificateException;
import dev.gantry.controlplane.certificate.JoinTokens;
import dev.gantry.controlplane.certificate.Pki;
import dev.gantry.controlplane.controller.LeaderTerm;
import dev.gantry.controlplane.controller.NoteSink;
import dev.gantry.controlplane.event.EventSink;
import dev.gantry.controlplane.leader.LeaderElection;
import dev.gantry.controlplane.leader.StoreUpkeep;
import dev.gantry.controlplane.node.NodeServices;
import dev.gantry.controlplane.node.NodeSettings;
import dev.gantry.controlplane.node.grpc.NodeApi;
import dev.gantry.controlplane.observability.ObservabilityServer;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.etcd.EtcdOptions;
import dev.gantry.controlplane.store.etcd.EtcdStore;
import dev.gantry.loop.Backoff;
import dev.gantry.loop.Controller;
import dev.gantry.loop.ControllerMetrics;
import dev.gantry.loop.FaultHandler;
import dev.gantry.loop.LoopThread;
import dev.gantry.loop.Reconciler;
import dev.gantry.loop.ThreadTimer;
import dev.gantry.loop.Timer;
import dev.gantry.loop.WorkQueue;
import io.grpc.BindableService;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `gantry server`: the control plane's process.
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    /// How long after its death a leader is still taken for one.
    private static final Duration LEADER_TIME = Duration.ofSeconds(3);

    /// How long the pause is between two looks at an etcd that does not answer.
    private static final Duration STORE_RETRY = Duration.ofMillis(200);

    /// Only each so many-th of these looks is logged: about two a minute.
    private static final int RETRIES_LOGGED = 100;

    private static final Duration UPKEEP_RETRY = Duration.ofSeconds(2);

    /// Idle watchers learn this often how far they have come.
    private static final Duration BOOKMARKS = Duration.ofSeconds(30);

    /// Certificates are looked at, and the local agent's token is renewed, this often.
    private static final Duration RENEWAL = Duration.ofHours(12);

    private static final Duration LOCAL_TOKEN = Duration.ofHours(24);

    /// More than there are nodes: a full queue drops keys.
    private static final int QUEUE_MAX = 10_000;

    private final ControlPlaneConfig config;
    private final Shutdown shutdown;
    private final InstantSource clock = InstantSource.system();
    private final RandomGenerator random = new SecureRandom();

    private Main(ControlPlaneConfig config, Shutdown shutdown) {
        this.config = config;
        this.shutdown = shutdown;
    }

    public static void main(String[] arguments) {
        System.exit(run(Arrays.asList(arguments)));
    }

    private static int run(List<String> arguments) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            System.out.print(ControlPlaneConfig.help());
            return OK;
        }
        var onlyPki = !arguments.isEmpty() && arguments.getFirst().equals("init-pki");
        try {
            var flags = onlyPki ? arguments.subList(1, arguments.size()) : arguments;
            var config = ControlPlaneConfig.read(flags, System.getenv());
            setLogLevel(config.logLevel());
            if (onlyPki) {
                openPki(config, InstantSource.system());
                return OK;
            }
            return serve(config);
        } catch (ConfigException e) {
            e.problems().forEach(problem -> System.err.println("gantry server: " + problem));
            System.err.println("see gantry server --help");
            return USAGE;
        } catch (CertificateException | IOException e) {
            System.err.println("gantry server: " + text(e));
            return FAILED;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }

    private static int serve(ControlPlaneConfig config) throws IOException, InterruptedException {
        var stopped = new CountDownLatch(1);
        var starter = Thread.currentThread();
        var shutdown = new Shutdown();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    LOG.atInfo().log("stopping");
                                    starter.interrupt();
                                    shutdown.close();
                                },
                                "shutdown"));
        try {
            new Main(config, shutdown).start();
            stopped.await();
        } finally {
            shutdown.close();
        }
        return OK;
    }

    /// The wiring, from the bottom up. What is opened here is closed in reverse order.
    private void start() throws IOException, InterruptedException {
        LOG.atInfo().addKeyValue("config", config).log("starting");
        var observability =
                shutdown.closing(
                        listening(
                                "metrics on " + config.metricsListen() + " (--metrics-listen)",
                                () -> ObservabilityServer.start(config.metricsListen().address())));
        var pki = openPki(config, clock);
        var threads = Thread.ofVirtual().name("server-", 0).factory();
        var timer = shutdown.closing(new ThreadTimer(FaultHandler.logging()));
        var store = shutdown.closing(new EtcdStore(etcd(config, pki), threads, random));
        var objects = shutdown.closing(awaitObjects(store, threads, timer, observability));
        SystemNamespaces.make(objects, random, clock);

        var replica = HostNames.own() + "-" + config.listen().port();
        var events = new EventSink(objects, clock, random);
        var nodes = shutdown.closing(nodes(replica, store, objects, events, timer));
        nodes.start(threads);
        var duties = shutdown.closing(duties(objects, events, observability, threads));
        var election =
                shutdown.closing(
                        LeaderElection.start(store, replica, LEADER_TIME, threads, timer, duties));
        shutdown.closing(keepStore(store, objects, election, observability, threads));
        shutdown.closing(watchNodes(nodes, observability, threads));

        var tokens = new JoinTokens(store, pki.authority());
        var services = new ArrayList<BindableService>();
        services.add(new ResourcesService(objects, config.serviceCidr(), clock, random));
        services.add(
                new ClusterService(
                        objects,
                        pki.authority(),
                        tokens,
                        () -> election.leader().orElse(""),
                        Version.ofBuild(),
                        clock));
        var nodeApi =
                new NodeApi(nodes.sessions(), objects, threads, timer, random, Main::callingNode);
        services.addAll(nodeApi.services());

        var api =
                shutdown.closing(
                        listening(
                                "the API on " + config.listen() + " (--listen)",
                                () ->
                                        ApiServer.start(
                                                config.listen().address(),
                                                config.dataDir().resolve(Pki.LOCAL_SOCKET),
                                                pki.server(),
                                                pki.authority().certificate(),
                                                services)));
        var upkeep = threads.newThread(() -> keepUp(pki, tokens, api));
        upkeep.start();
        shutdown.closing(upkeep::interrupt);
        var bookmarks = threads.newThread(() -> sendBookmarks(objects));
        bookmarks.start();
        shutdown.closing(bookmarks::interrupt);
        observability.readyWhen(() -> "");
        LOG.atInfo().addKeyValue("port", api.port()).log("serving");
    }

    private interface Start<T> {
        T start() throws IOException;
    }

    /// Starts a server, and says which one it was when its address cannot be had.
    private static <T> T listening(String what, Start<T> server) throws IOException {
        try {
            return server.start();
        } catch (IOException e) {
            var root = (Throwable) e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            throw new IOException("cannot serve " + what, root);
        }
    }

    private NodeServices nodes(
            String replica, Store store, ObjectStore objects, EventSink events, Timer timer) {
        var settings =
                NodeSettings.of(
                        replica, config.podCidr(), config.serviceCidr(), config.clusterDomain());
        return new NodeServices(settings, store, objects, events, timer, clock, random);
    }

    private LeaderDuties duties(
            ObjectStore objects,
            EventSink events,
            ObservabilityServer observability,
            ThreadFactory threads) {
        NoteSink notes =
                (component, note) -> {
                    if (note.warning()) {
                        events.warning(note.about(), note.reason(), note.message(), component);
                    } else {
                        events.normal(note.about(), note.reason(), note.message(), component);
                    }
                };
        var around =
                new LeaderTerm.Surroundings(
                        clock, random, FaultHandler.logging(), observability.registry());
        return new LeaderDuties(objects, notes, around, threads);
    }

    private LoopThread keepStore(
            Store store,
            ObjectStore objects,
            LeaderElection election,
            ObservabilityServer observability,
            ThreadFactory threads) {
        var upkeep = new StoreUpkeep(store, objects, election::fence);
        Controller<StoreUpkeep.Task> controller = controller("store-upkeep", upkeep, observability);
        for (var task : StoreUpkeep.Task.values()) {
            controller.queue().add(task);
        }
        return LoopThread.start(controller, clock, threads);
    }

    private LoopThread watchNodes(
            NodeServices nodes, ObservabilityServer observability, ThreadFactory threads) {
        Controller<String> controller =
                controller("node-lifecycle", nodes::reconcile, observability);
        nodes.onChange(controller.queue()::add);
        return LoopThread.start(controller, clock, threads);
    }

    private <K> Controller<K> controller(
            String name, Reconciler<K> reconciler, ObservabilityServer observability) {
        var queue = new WorkQueue<K>(QUEUE_MAX, clock, Backoff.CONTROLLER, random);
        var metrics = new ControllerMetrics(name, observability.registry());
        return new Controller<>(name, queue, reconciler, clock, FaultHandler.logging(), metrics);
    }

    private static Optional<String> callingNode() {
        return Caller.current() instanceof Caller.Node(var name)
                ? Optional.of(name)
                : Optional.empty();
    }

    /// Waits for etcd as long as it takes: whoever starts the two may start this first.
    private ObjectStore awaitObjects(
            Store store, ThreadFactory threads, ThreadTimer timer, ObservabilityServer readiness)
            throws InterruptedException {
        readiness.readyWhen(() -> "waiting for etcd at " + config.etcd());
        for (int retries = 0; ; retries++) {
            try {
                return ObjectStore.start(store, threads, timer, random);
            } catch (StoreException e) {
                if (!e.retryable()) {
                    throw e;
                }
                LOG.atLevel(
                                retries % RETRIES_LOGGED == 0
                                        ? org.slf4j.event.Level.WARN
                                        : org.slf4j.event.Level.DEBUG)
                        .addKeyValue("etcd", config.etcd())
                        .addKeyValue("reason", text(e))
                        .log("etcd does not answer, waiting for it");
                Thread.sleep(STORE_RETRY);
            }
        }
    }

    private void keepUp(Pki pki, JoinTokens tokens, ApiServer api) {
        var file = config.dataDir().resolve("run").resolve("agent-token");
        try {
            while (true) {
                var pause = RENEWAL;
                try {
                    tokens.writeLocal(file, LOCAL_TOKEN, clock.instant());
                    if (pki.renew(clock.instant())) {
                        api.present(pki.server());
                        LOG.atInfo().log("server certificate renewed");
                    }
                } catch (StoreException | CertificateException e) {
                    pause = UPKEEP_RETRY;
                    LOG.atWarn().setCause(e).log("upkeep of certificates failed, will retry");
                }
                Thread.sleep(pause);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void sendBookmarks(ObjectStore objects) {
        try {
            while (true) {
                Thread.sleep(BOOKMARKS);
                objects.sendBookmarks();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static Pki openPki(ControlPlaneConfig config, InstantSource clock) {
        var server =
                config.advertise()
                        .orElse(new HostPort("127.0.0.1", config.listen().port()))
                        .toString();
        return Pki.open(config.dataDir(), HostNames.all(config), server, clock.instant());
    }

    private static EtcdOptions etcd(ControlPlaneConfig config, Pki pki) {
        var secure = config.etcd().stream().anyMatch(u -> "https".equals(u.getScheme()));
        Path authority = config.etcdAuthority().orElse(pki.etcdAuthorityFile());
        Path certificate = config.etcdCertificate().orElse(pki.etcdClientCertificate());
        Path key = config.etcdKey().orElse(pki.etcdClientKey());
        return EtcdOptions.of(
                config.etcd(),
                secure
                        ? Optional.of(new EtcdOptions.Tls(authority, certificate, key))
                        : Optional.empty());
    }

    private static void setLogLevel(String level) {
        if (LoggerFactory.getLogger("dev.gantry") instanceof ch.qos.logback.classic.Logger logger) {
            logger.setLevel(Level.toLevel(level));
        }
    }

    private static String text(Throwable error) {
        var text = new StringBuilder();
        for (var cause = error; cause != null; cause = cause.getCause()) {
            text.append(text.isEmpty() ? "" : ": ").append(cause.getMessage());
        }
        return text.toString();
    }
}

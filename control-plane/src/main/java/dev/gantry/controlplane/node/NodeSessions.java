package dev.gantry.controlplane.node;

import dev.gantry.api.core.v1.Node;
import dev.gantry.api.v1.AgentMessage;
import dev.gantry.api.v1.Hello;
import dev.gantry.api.v1.PodStatusBatch;
import dev.gantry.api.v1.ServerMessage;
import dev.gantry.api.v1.Welcome;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.event.EventSink;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.loop.Backoff;
import dev.gantry.loop.LogKeys;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The sessions that this replica holds. It knows no transport: whoever carries messages opens a
/// session with the agent's hello, feeds it what comes up and sends what it gives. Thread-safe.
public final class NodeSessions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSessions.class);
    private static final Backoff STORE_RETRY =
            new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

    private final NodeSettings settings;
    private final ObjectStore objects;
    private final NodeRegistrar registrar;
    private final SessionKeys keys;
    private final FeedRouter router;
    private final StatusIntake intake;
    private final EventSink events;
    private final Pause pause;
    private final AtomicLong opened = new AtomicLong();

    NodeSessions(
            NodeSettings settings,
            Store store,
            ObjectStore objects,
            EventSink events,
            Pause pause,
            InstantSource clock,
            RandomGenerator random) {
        this.settings = settings;
        this.objects = objects;
        this.events = events;
        this.pause = pause;
        var ranges = new PodRanges(store, objects, AddressRange.parse(settings.podCidr()));
        this.registrar = new NodeRegistrar(objects, ranges, clock, random);
        this.keys = new SessionKeys(store);
        this.router = new FeedRouter(objects);
        this.intake = new StatusIntake(objects);
    }

    /// Opens the session of a node, whose name the caller has proved, and ends any older one.
    ///
    /// @throws StoreException when the store does not answer
    /// @throws NodeRefusedException when there is no room for the node
    public NodeSession open(Hello hello) throws InterruptedException {
        Node node = registrar.register(hello);
        var session =
                new NodeSession(
                        hello.getNode(),
                        settings.replica() + "#" + opened.incrementAndGet(),
                        hello.getImages(),
                        objects);
        try {
            keys.take(session);
        } catch (StoreException | InterruptedException e) {
            keys.abandon(session);
            throw e;
        }
        NodeSession older = router.put(session);
        if (older != null) {
            older.close("a newer session of the node took its place");
        }
        session.start(ServerMessage.newBuilder().setWelcome(welcome(node)).build());
        LOG.atInfo().addKeyValue(LogKeys.NODE, session.node()).log("node session opened");
        return session;
    }

    /// Takes a message from the agent. Never waits for the store, but for conditions.
    public void receive(NodeSession session, AgentMessage message) throws InterruptedException {
        switch (message.getMessageCase()) {
            case HEARTBEAT -> session.heartbeat(message.getHeartbeat().getSequence());
            case POD_STATUSES -> session.statuses(message.getPodStatuses());
            case IMAGES -> session.images(message.getImages());
            case EVENTS -> message.getEvents().getEventsList().forEach(events::record);
            case CONDITIONS -> conditions(session, message);
            case PULL_PROGRESS -> session.answered(message.getPullProgress().getOrder(), message);
            case ORDER_RESULT -> session.answered(message.getOrderResult().getId(), message);
            case HELLO -> session.close("the agent said hello twice");
            // A newer agent may say what this server has no use for.
            case MESSAGE_NOT_SET -> {}
        }
    }

    /// Stores the statuses that come up, one batch after the other, until the session is closed. A
    /// store that is away is tried again; nothing is acknowledged before it is stored.
    public void storeStatuses(NodeSession session) throws InterruptedException {
        Optional<PodStatusBatch> batch = session.takeBatch();
        int failures = 0;
        while (batch.isPresent() && session.closed().isEmpty()) {
            try {
                intake.store(session.node(), batch.get().getReportsList());
                session.acknowledge(batch.get().getSequence());
                failures = 0;
                batch = session.takeBatch();
            } catch (StoreException e) {
                failures++;
                LOG.atWarn()
                        .addKeyValue(LogKeys.NODE, session.node())
                        .addKeyValue(LogKeys.ATTEMPT, failures)
                        .setCause(e)
                        .log("statuses could not be stored, will retry");
                pause.of(STORE_RETRY, failures);
            }
        }
    }

    /// To be called once when whatever carried the session has ended.
    public void closed(NodeSession session, String reason) {
        session.close(reason);
        router.remove(session);
        keys.release(session);
        LOG.atInfo()
                .addKeyValue(LogKeys.NODE, session.node())
                .addKeyValue(LogKeys.REASON, session.closed().orElse(reason))
                .log("node session closed");
    }

    /// The session of a node; empty when this replica has none.
    public Optional<NodeSession> of(String node) {
        return router.of(node);
    }

    /// All sessions of this replica, in the order of the nodes' names.
    public Collection<NodeSession> all() {
        return router.all();
    }

    /// How often agents say that they live.
    public Duration heartbeat() {
        return settings.heartbeat();
    }

    /// Keeps this replica's hold on its sessions; claims them again when it was lost.
    void keepAlive() throws InterruptedException {
        if (!keys.keepAlive()) {
            for (NodeSession session : router.all()) {
                keys.take(session);
            }
        }
    }

    /// Another session holds the node's key now: the one here, if any, is the older.
    void heldBy(String node, String holder) {
        router.of(node)
                .filter(session -> !holder.startsWith(settings.replica() + "#"))
                .ifPresent(session -> session.close("the node connected to another server"));
    }

    /// Ends all sessions: the agents connect to another replica.
    @Override
    public void close() {
        router.close();
        router.all().forEach(session -> session.close("the server stops"));
        try {
            keys.revoke();
        } catch (StoreException e) {
            LOG.atWarn().setCause(e).log("the sessions' lease could not be given up, it ends");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void conditions(NodeSession session, AgentMessage message) throws InterruptedException {
        try {
            registrar.conditions(session.node(), message.getConditions().getConditionsList());
        } catch (StoreException e) {
            LOG.atWarn()
                    .addKeyValue(LogKeys.NODE, session.node())
                    .setCause(e)
                    .log("the node's conditions could not be stored, it says them again later");
        }
    }

    private Welcome welcome(Node node) {
        return Welcome.newBuilder()
                .setEpoch(objects.epoch())
                .setHeartbeatIntervalMillis(settings.heartbeat().toMillis())
                .setPodCidr(node.getSpec().getPodCIDR())
                .setClusterPodCidr(settings.podCidr())
                .setServiceCidr(settings.serviceCidr())
                .setDnsAddress(settings.dnsAddress())
                .setClusterDomain(settings.clusterDomain())
                .setNodeName(node.getMetadata().getName())
                .setNodeUid(node.getMetadata().getUid())
                .build();
    }
}

package dev.gantry.agent.session;

import dev.gantry.agent.session.ControlPlaneLink.LinkException;
import dev.gantry.api.v1.AgentMessage;
import dev.gantry.api.v1.Delta;
import dev.gantry.api.v1.Hello;
import dev.gantry.api.v1.PullOrder;
import dev.gantry.api.v1.RemoveImageOrder;
import dev.gantry.api.v1.ServerMessage;
import dev.gantry.api.v1.Snapshot;
import dev.gantry.api.v1.TunnelOrder;
import dev.gantry.api.v1.Welcome;
import dev.gantry.loop.LogKeys;
import dev.gantry.loop.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection, from hello to its end.
final class SessionRun {
    private static final Logger LOG = LoggerFactory.getLogger(SessionRun.class);

    /// A control plane that says nothing for so many heartbeats, not even acknowledges them, is
    /// gone.
    static final int SILENT_BEATS_MAX = 3;

    private final ControlPlaneLink link;
    private final LocalState state;
    private final SessionParts parts;
    private final AtomicInteger silentBeats = new AtomicInteger();
    private volatile boolean welcomed;
    private volatile boolean over;
    private long beat;
    private Timer.@Nullable Scheduled nextBeat;

    SessionRun(ControlPlaneLink link, LocalState state, SessionParts parts) {
        this.link = link;
        this.state = state;
        this.parts = parts;
    }

    /// Whether the control plane took this session.
    boolean welcomed() {
        return welcomed;
    }

    /// Returns when the control plane ends the session.
    ///
    /// @throws LinkException when the link breaks
    void run(Hello hello) throws InterruptedException {
        try {
            state.reconnected();
            link.send(AgentMessage.newBuilder().setHello(hello).build());
            parts.mailbox().tell(Outbox::reconnected);
            Thread writer = parts.threads().newThread(this::write);
            writer.start();
            try {
                receive();
            } finally {
                writer.interrupt();
                link.close();
                writer.join();
            }
        } finally {
            over = true;
            link.close();
            stopBeats();
        }
    }

    private void receive() throws InterruptedException {
        Optional<ServerMessage> message = link.receive();
        while (message.isPresent()) {
            silentBeats.set(0);
            take(message.get());
            message = link.receive();
        }
    }

    private void write() {
        try {
            while (!over) {
                link.send(parts.mailbox().take());
            }
        } catch (LinkException e) {
            // The reader sees the same and reports it.
            LOG.atDebug().setCause(e).log("sending ended");
            link.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(ServerMessage message) {
        switch (message.getMessageCase()) {
            case WELCOME -> welcome(message.getWelcome());
            case SNAPSHOT -> snapshot(message.getSnapshot());
            case DELTA -> delta(message.getDelta());
            case STATUS_ACK -> {
                long upTo = message.getStatusAck().getSequence();
                parts.mailbox().tell(outbox -> outbox.acknowledge(upTo));
            }
            case OPEN_TUNNEL -> tunnel(message.getOpenTunnel());
            case PULL -> pull(message.getPull());
            case REMOVE_IMAGE -> remove(message.getRemoveImage());
            // That it came is all it says.
            case HEARTBEAT_ACK -> {}
            case MESSAGE_NOT_SET ->
                    LOG.atWarn().log("a message of a newer control plane is ignored");
        }
    }

    private void welcome(Welcome welcome) {
        state.welcome(welcome);
        welcomed = true;
        parts.connected().accept(true);
        LOG.atInfo()
                .addKeyValue(LogKeys.NODE, welcome.getNodeName())
                .addKeyValue("podCidr", welcome.getPodCidr())
                .log("session with the control plane is open");
        beatAfter(Duration.ofMillis(Math.max(1, welcome.getHeartbeatIntervalMillis())));
    }

    private void snapshot(Snapshot part) {
        state.snapshot(part)
                .ifPresent(whole -> {
                    parts.saver().savePods(whole);
                    parts.saver().clusterChanged(whole);
                    parts.work().replaceAll(whole);
                });
    }

    private void delta(Delta delta) {
        NodeChanges changes = state.delta(delta);
        boolean own =
                !changes.pods().isEmpty()
                        || !changes.configMaps().isEmpty()
                        || !changes.secrets().isEmpty();
        if (own) {
            parts.saver().savePods(changes.state());
        }
        if (!changes.services().isEmpty()
                || !changes.endpointSlices().isEmpty()
                || !changes.nodes().isEmpty()) {
            parts.saver().clusterChanged(changes.state());
        }
        parts.work().apply(changes);
    }

    private void tunnel(TunnelOrder order) {
        parts.orderThreads().start(() -> parts.orders().tunnel(order, link.openTunnel()));
    }

    private void pull(PullOrder order) {
        parts.orderThreads()
                .start(() ->
                        parts.orders()
                                .pull(
                                        order,
                                        progress ->
                                                parts.mailbox().tell(o -> o.progress(progress))));
    }

    private void remove(RemoveImageOrder order) {
        parts.orderThreads()
                .start(() -> {
                    var result = parts.orders().remove(order);
                    parts.mailbox().tell(outbox -> outbox.result(result));
                });
    }

    private synchronized void beatAfter(Duration interval) {
        if (!over) {
            nextBeat = parts.timer().schedule(interval, () -> beat(interval));
        }
    }

    private void beat(Duration interval) {
        if (over) {
            return;
        }
        if (silentBeats.incrementAndGet() > SILENT_BEATS_MAX) {
            LOG.atWarn()
                    .addKeyValue("beats", SILENT_BEATS_MAX)
                    .log("the control plane is silent, the connection is given up");
            link.close();
            return;
        }
        if (parts.connector().credentialsDue()) {
            link.close();
            return;
        }
        beat++;
        long sequence = beat;
        parts.mailbox().tell(outbox -> outbox.heartbeat(sequence));
        beatAfter(interval);
    }

    private synchronized void stopBeats() {
        if (nextBeat != null) {
            nextBeat.close();
        }
    }
}

package dev.gantry.e2e.simulation;

import dev.gantry.api.v1.AgentMessage;
import dev.gantry.api.v1.Hello;
import dev.gantry.api.v1.ServerMessage;
import dev.gantry.controlplane.LeaderDuties;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.controller.LeaderTerm;
import dev.gantry.controlplane.controller.NoteSink;
import dev.gantry.controlplane.event.EventSink;
import dev.gantry.controlplane.node.NodeServices;
import dev.gantry.controlplane.node.NodeSession;
import dev.gantry.controlplane.node.NodeSessions;
import dev.gantry.controlplane.node.NodeSettings;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.loop.Backoff;
import dev.gantry.loop.Controller;
import dev.gantry.loop.ControllerMetrics;
import dev.gantry.loop.FaultHandler;
import dev.gantry.loop.SimClock;
import dev.gantry.loop.WorkQueue;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadFactory;

/// One control plane process: cache, node sessions, and the controllers while it leads.
final class Replica {
    private static final int QUEUE_MAX = 1_000;
    private static final Duration SILENCE = Duration.ofSeconds(40);

    private final String name;
    private final SimClock clock;
    private final SplittableRandom random;
    private final ThreadFactory threads;
    private final Trace trace;
    private final ObjectStore objects;
    private final EventSink events;
    private final NodeServices nodes;

    /// What a replica stands on.
    record Ground(SimClock clock, ThreadFactory threads, Trace trace, Journal journal) {}

    private Replica(
            String name, Ground ground, SimStore store, ObjectStore objects, SplittableRandom r) {
        this.name = name;
        this.clock = ground.clock();
        this.random = r;
        this.threads = ground.threads();
        this.trace = ground.trace();
        this.objects = objects;
        this.events = new EventSink(objects, clock, random.split());
        this.nodes =
                new NodeServices(
                        NodeSettings.of(name, "10.200.0.0/16", "10.201.0.0/16", "cluster.local"),
                        store,
                        objects,
                        events,
                        clock,
                        clock,
                        random.split());
    }

    /// Called on a simulated thread.
    static Replica start(String name, Ground ground, SimStore store, SplittableRandom random)
            throws InterruptedException {
        ObjectStore objects =
                ObjectStore.start(store, ground.threads(), ground.clock(), random.split());
        var replica = new Replica(name, ground, store, objects, random);
        new Watcher(objects, ground.journal(), ground.trace(), name).start();
        replica.nodes.start(ground.threads());
        replica.keepNodes();
        return replica;
    }

    String name() {
        return name;
    }

    ObjectStore objects() {
        return objects;
    }

    private void keepNodes() {
        var queue = new WorkQueue<String>(QUEUE_MAX, clock, Backoff.CONTROLLER, random.split());
        Controller<String> controller =
                new Controller<>(
                        "node-lifecycle",
                        queue,
                        nodes::reconcile,
                        clock,
                        faults(),
                        new ControllerMetrics("node-lifecycle", new SimpleMeterRegistry()));
        Stepper.of(controller, clock).start(threads);
        nodes.onChange(queue::add);
    }

    private FaultHandler faults() {
        return (component, detail, cause) -> {
            trace.add(name + " " + component + " " + detail + " failed: " + cause);
            if (!(cause instanceof dev.gantry.controlplane.store.StoreException)) {
                trace.fail(new AssertionError(component + " failed on " + detail, cause));
            }
        };
    }

    /// Begins to lead.
    ///
    /// @return ends the term; until then it writes, fenced off or not
    Runnable lead(Fence fence) throws InterruptedException {
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
                        clock, random.split(), faults(), new SimpleMeterRegistry());
        var specs = LeaderDuties.controllers(objects, fence, notes, random.split());
        LeaderTerm term = LeaderTerm.open(objects, fence, specs, around);
        List<Stepper> steppers = new ArrayList<>();
        for (Controller<?> controller : term.controllers()) {
            steppers.add(Stepper.of(controller, clock));
        }
        steppers.forEach(stepper -> stepper.start(threads));
        return () -> {
            steppers.forEach(Stepper::stop);
            term.close();
        };
    }

    /// Takes a node's connection: what the gRPC service does with a stream.
    void serve(String node, SimLink link) {
        threads.newThread(() -> session(node, link)).start();
    }

    private void session(String node, SimLink link) {
        NodeSessions sessions = nodes.sessions();
        NodeSession session = null;
        String reason = "the agent ended it";
        try {
            Optional<Hello> hello = link.read().map(AgentMessage::getHello);
            if (hello.isEmpty()) {
                return;
            }
            NodeSession opened = sessions.open(hello.get());
            session = opened;
            trace.add(name + " session of " + node);
            link.onCut(() -> opened.close("the connection was lost"));
            opened.onClosed(link::cut);
            threads.newThread(() -> send(opened, link)).start();
            threads.newThread(() -> store(opened)).start();
            receive(opened, link);
        } catch (dev.gantry.controlplane.store.StoreException e) {
            reason = e.toString();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            trace.fail(e);
        } finally {
            link.cut();
            if (session != null) {
                sessions.closed(session, reason);
            }
        }
    }

    private void receive(NodeSession session, SimLink link) throws InterruptedException {
        Optional<AgentMessage> message = link.read();
        while (message.isPresent()) {
            nodes.sessions().receive(session, message.get());
            message = link.read();
        }
    }

    private void send(NodeSession session, SimLink link) {
        try {
            Optional<ServerMessage> next = session.take();
            while (next.isPresent()) {
                link.write(next.get());
                next = session.take();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void store(NodeSession session) {
        try {
            nodes.sessions().storeStatuses(session);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            trace.fail(e);
        }
    }

    /// How long a connection may be silent.
    static Duration silence() {
        return SILENCE;
    }
}

package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.session.ControlPlaneLink;
import dev.gantry.controlplane.store.memory.MemoryStore;
import dev.gantry.loop.SimClock;
import dev.gantry.loop.SimExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// A whole cluster: two replicas of the control plane on one store, three nodes, people, and
/// faults. Everything runs on the thread that calls [#run].
final class World implements SimParts.Census {
    private static final int REPLICAS = 2;
    private static final int NODES = 3;
    private static final Duration CHECK_EVERY = Duration.ofSeconds(10);
    // Kubernetes' longest back-off of a crashing container is 5 minutes.
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final int STEPS_MAX = 2_000_000;

    private final SimClock clock = new SimClock();
    private final SplittableRandom random;
    private final SimThreads processes;
    private final SimExecutor controlPlane;
    private final SimPause pause;
    private final Weather weather;
    private final Journal journal = new Journal();
    private final Trace trace = new Trace();
    private final MemoryStore memory = new MemoryStore(clock);
    private final List<SimStore> stores = new ArrayList<>();
    private final List<Replica> replicas = new ArrayList<>();
    private final List<SimNode> nodes = new ArrayList<>();
    private final TreeMap<String, SimLink> links = new TreeMap<>();
    private final TreeMap<String, String> running = new TreeMap<>();
    private int busy;
    private int steps;

    World(long seed, Path directory) {
        this.random = new SplittableRandom(seed);
        this.processes = new SimThreads(random.split());
        this.controlPlane = processes.start();
        this.pause = new SimPause(clock, random.split());
        this.weather = Weather.drawn(random.split());
        for (int i = 0; i < NODES; i++) {
            nodes.add(node(i, directory));
        }
    }

    private SimNode node(int number, Path directory) {
        String name = "n" + number;
        var parts = new SimParts(name, number, clock, pause, this);
        ControlPlaneLink.Connector network = new Network(name);
        return new SimNode(
                name, directory.resolve(name), parts, processes, network, clock, random.split());
    }

    List<Replica> replicas() {
        return replicas;
    }

    List<SimNode> nodes() {
        return nodes;
    }

    Journal journal() {
        return journal;
    }

    Trace trace() {
        return trace;
    }

    MemoryStore memory() {
        return memory;
    }

    /// Faults while people act, then quiet.
    ///
    /// @return what happened
    List<String> run() throws InterruptedException {
        var users = new Users(replicas, nodes, clock, random.split(), pause, trace);
        var chaos = new Chaos(this, random.split(), pause, weather);
        task(() -> {
            startReplicas();
            chaos.changeLeader();
            users.prepare();
        });
        nodes.forEach(SimNode::start);
        untilIdle();
        setFaulty(true);
        task(() -> users.act(weather.actions()));
        task(() -> chaos.act(weather.faults()));
        untilIdle();
        setFaulty(false);
        nodes.forEach(SimNode::start);
        trace.add("quiet");
        task(users::settleDown);
        untilIdle();
        var convergence = new Convergence(this);
        Instant end = clock.instant().plus(PATIENCE);
        while (!convergence.reached()) {
            if (clock.instant().isAfter(end)) {
                throw new AssertionError("not settled: " + convergence.reasons());
            }
            pass(CHECK_EVERY);
        }
        journal.checkNothingLost(memory);
        trace.check();
        return trace.lines();
    }

    private void setFaulty(boolean now) {
        stores.forEach(store -> store.setFaulty(now));
        nodes.forEach(node -> node.parts().setFaulty(now));
    }

    private void startReplicas() throws InterruptedException {
        var ground = new Replica.Ground(clock, controlPlane.threads(), trace, journal);
        for (int i = 0; i < REPLICAS; i++) {
            var store = new SimStore(memory, journal, pause, weather);
            stores.add(store);
            replicas.add(Replica.start("r" + i, ground, store, random.split()));
        }
    }

    private interface Task {
        void run() throws InterruptedException;
    }

    private void task(Task task) {
        busy++;
        Runnable guarded =
                () -> {
                    trace.guard(task::run);
                    busy--;
                };
        controlPlane.threads().newThread(guarded).start();
    }

    private void untilIdle() {
        while (busy > 0) {
            stepOrWait();
        }
    }

    private void pass(Duration time) {
        Instant end = clock.instant().plus(time);
        var _ = clock.schedule(time, () -> {});
        while (clock.instant().isBefore(end)) {
            stepOrWait();
        }
    }

    private void stepOrWait() {
        trace.check();
        if (++steps > STEPS_MAX) {
            throw new AssertionError("no end after " + steps + " steps");
        }
        if (!processes.step()) {
            memory.expireLeases();
            assertThat(clock.runNext()).as("something waits for its time").isTrue();
        }
    }

    void startLater(SimNode node, Duration delay) {
        var _ = clock.schedule(delay, node::start);
    }

    // -------- the network

    void cut(String node) {
        SimLink link = links.get(node);
        if (link != null) {
            link.cut();
        }
    }

    /// The agent is gone; whether the other end learns of it at once is a matter of luck.
    void abandon(String node) {
        SimLink link = links.get(node);
        if (link != null) {
            var _ = clock.schedule(pause.drawn(Replica.silence()), link::cut);
        }
    }

    private final class Network implements ControlPlaneLink.Connector {
        private static final Duration DIAL_MAX = Duration.ofMillis(500);
        private static final int REFUSED_ONE_IN = 5;

        private final String node;

        Network(String node) {
            this.node = node;
        }

        @Override
        public ControlPlaneLink connect() throws InterruptedException {
            pause.upTo(DIAL_MAX);
            if (replicas.isEmpty() || pause.oneIn(REFUSED_ONE_IN)) {
                throw new ControlPlaneLink.LinkException("nobody answers");
            }
            var link = new SimLink(clock, pause);
            links.put(node, link);
            replicas.get(pause.oneIn(2) ? 0 : replicas.size() - 1).serve(node, link);
            return link;
        }

        @Override
        public boolean credentialsDue() {
            return false;
        }
    }

    // -------- what runs anywhere

    @Override
    public void starts(String node, SimParts.Run run) {
        trace.add(node + " starts " + run.id());
        String other = running.put(run.uid() + "/" + run.container(), node + " " + run.id());
        if (other != null) {
            trace.fail(
                    new AssertionError(
                            "two instances of one pod: " + run + " on " + node + ", " + other));
        }
    }

    @Override
    public void ended(String node, SimParts.Run run) {
        trace.add(node + " ended " + run.id());
        running.remove(run.uid() + "/" + run.container());
    }
}

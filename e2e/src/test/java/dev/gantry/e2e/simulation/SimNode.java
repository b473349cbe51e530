package dev.gantry.e2e.simulation;

import dev.gantry.agent.container.ContainerExit;
import dev.gantry.agent.pod.PodAgent;
import dev.gantry.agent.pod.PodEvent;
import dev.gantry.agent.pod.PodRecords;
import dev.gantry.agent.pod.PodReports;
import dev.gantry.agent.pod.PodState;
import dev.gantry.agent.pod.Termination;
import dev.gantry.agent.session.ControlPlaneLink;
import dev.gantry.agent.session.ControlPlaneSession;
import dev.gantry.agent.session.SessionConfig;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.v1.PodStatusReport;
import dev.gantry.loop.SimClock;
import dev.gantry.loop.SimExecutor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/// A node: its disk, its containers, and an agent that can be killed and started again.
final class SimNode {
    private final String name;
    private final Path directory;
    private final SimParts parts;
    private final SimThreads processes;
    private final ControlPlaneLink.Connector network;
    private final SimClock clock;
    private final SplittableRandom random;
    private @Nullable SimExecutor process;
    private @Nullable PodAgent agent;
    private @Nullable ControlPlaneSession session;

    SimNode(
            String name,
            Path directory,
            SimParts parts,
            SimThreads processes,
            ControlPlaneLink.Connector network,
            SimClock clock,
            SplittableRandom random) {
        this.name = name;
        this.directory = directory;
        this.parts = parts;
        this.processes = processes;
        this.network = network;
        this.clock = clock;
        this.random = random;
    }

    String name() {
        return name;
    }

    SimParts parts() {
        return parts;
    }

    boolean connected() {
        return session != null && session.connected();
    }

    /// The pods that the agent has, by uid.
    Iterable<PodState> pods() {
        return agent == null ? List.of() : agent.pods().values();
    }

    /// Starts the agent, unless it runs.
    void start() {
        if (process == null) {
            process = processes.start();
            ThreadFactory threads = process.threads();
            threads.newThread(() -> run(threads)).start();
        }
    }

    /// kill -9.
    void kill() {
        if (process != null) {
            processes.kill(process);
            process = null;
            agent = null;
            session = null;
            parts.onExit(_ -> {});
        }
    }

    private void run(ThreadFactory threads) {
        var reports = new Reports();
        var fresh =
                new PodAgent(
                        new PodRecords(directory.resolve("pods")),
                        parts,
                        reports,
                        new PodAgent.Node(name, "192.0.2.1"),
                        clock,
                        task -> threads.newThread(task).start());
        var config = new SessionConfig("sim", name, directory, Optional.empty(), "sim");
        var opened =
                new ControlPlaneSession(
                        config, new SimWork(fresh), network, threads, clock, random.split());
        reports.session = opened;
        parts.onExit(exit -> exited(fresh, exit));
        fresh.recover(parts.adopt(), parts.lodged(), (_, _, exit) -> termination(exit));
        Stepper stepper = Stepper.of(fresh::step, fresh::nextDue, clock);
        fresh.onPost(stepper::wake);
        stepper.start(threads);
        agent = fresh;
        session = opened;
        opened.start();
    }

    private static void exited(PodAgent agent, ContainerExit exit) {
        for (PodState state : agent.pods().values()) {
            if (state.memberByRun(exit.id()).isPresent()) {
                agent.post(state.uid(), new PodEvent.Exited(termination(exit)));
            }
        }
    }

    private static Termination termination(ContainerExit exit) {
        return new Termination(
                exit.id(),
                exit.exitCode(),
                exit.signal(),
                exit.exitCode() == 0 ? "Completed" : "Error",
                exit.message(),
                exit.startedAt(),
                exit.finishedAt());
    }

    private static final class Reports implements PodReports {
        private @Nullable ControlPlaneSession session;

        @Override
        public void status(PodStatusReport report) {
            if (session != null) {
                session.reportStatus(report);
            }
        }

        @Override
        public void event(Event event) {
            if (session != null) {
                session.reportEvents(List.of(event));
            }
        }
    }
}

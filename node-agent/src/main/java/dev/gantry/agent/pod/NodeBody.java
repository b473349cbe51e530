package dev.gantry.agent.pod;

import dev.gantry.agent.container.AdoptedContainer;
import dev.gantry.agent.container.ContainerExit;
import dev.gantry.agent.container.ContainerRuntime;
import dev.gantry.agent.facts.Objects;
import dev.gantry.agent.image.ImageStore;
import dev.gantry.agent.sys.Syscalls;
import dev.gantry.agent.volume.SystemMounts;
import dev.gantry.agent.volume.VolumeException;
import dev.gantry.agent.volume.Volumes;
import dev.gantry.loop.FaultHandler;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.SortedMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pods of a real node, wired and recovered: agent, parts and the loop that steps them.
public final class NodeBody implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeBody.class);

    private final ContainerRuntime runtime;
    private final NodeParts parts;
    private final PodAgent agent;
    private final Executor executor;
    private final PodLoop loop;

    /// What a node is built from. The caller closes it.
    public record Materials(
            Path directory,
            ContainerRuntime runtime,
            PooledLodgings lodgings,
            ImageStore images,
            Syscalls syscalls,
            Executor executor,
            InstantSource clock) {}

    private NodeBody(
            Materials materials, NodeParts parts, PodAgent agent, NodeFacts node, PodLoop loop) {
        this.runtime = materials.runtime();
        this.parts = parts;
        this.agent = agent;
        this.executor = materials.executor();
        this.loop = loop;
        LOG.atInfo().addKeyValue("node", node.name()).log("pods are taken up");
    }

    /// Takes up what an earlier agent left, and begins.
    ///
    /// @param objects what pods refer to, as last told
    public static NodeBody start(
            Materials materials, NodeFacts node, Supplier<Objects> objects, PodReports reports)
            throws InterruptedException {
        var pods = materials.directory().resolve("pods");
        var tools =
                new NodeParts.Tools(
                        materials.runtime(),
                        materials.lodgings(),
                        new ImagePart(materials.images(), materials.clock()),
                        new Volumes(new SystemMounts(materials.syscalls())),
                        new UtsHostnames(materials.syscalls()));
        var parts = new NodeParts(tools, node, pods, objects);
        var agent =
                new PodAgent(
                        new PodRecords(pods),
                        parts,
                        reports,
                        new PodAgent.Node(node.name(), node.address()),
                        materials.clock(),
                        materials.executor());
        SortedMap<String, Lodgings.Place> places = materials.lodgings().adopt();
        places.forEach(parts::adopt);
        materials
                .runtime()
                .onExit(exit -> materials.executor().execute(() -> exited(agent, parts, exit)));
        var adopted = materials.runtime().adopt();
        agent.recover(adopted, places.keySet(), parts::termination);
        releaseUnknown(materials, agent, places);
        var loop =
                PodLoop.start(
                        agent,
                        materials.clock(),
                        Thread.ofPlatform().name("pods").daemon().factory(),
                        FaultHandler.logging());
        LOG.atInfo()
                .addKeyValue("pods", agent.pods().size())
                .addKeyValue(
                        "running",
                        adopted.stream().filter(a -> a instanceof AdoptedContainer.Running).count())
                .log("adopted");
        return new NodeBody(materials, parts, agent, node, loop);
    }

    /// A sandbox whose pod has no record was taken just before the agent died.
    private static void releaseUnknown(
            Materials materials, PodAgent agent, SortedMap<String, Lodgings.Place> places)
            throws InterruptedException {
        for (var uid : places.keySet()) {
            if (!agent.pods().containsKey(uid)) {
                materials.lodgings().release(uid);
            }
        }
    }

    private static void exited(PodAgent agent, NodeParts parts, ContainerExit exit) {
        for (var state : agent.pods().values()) {
            var member = state.memberByRun(exit.id());
            if (member.isPresent()) {
                var end = parts.termination(state, member.get(), exit);
                agent.post(state.uid(), new PodEvent.Exited(end));
                return;
            }
        }
        LOG.atWarn().addKeyValue("container", exit.id()).log("exit of an unknown container");
    }

    /// The pods.
    public PodAgent agent() {
        return agent;
    }

    /// What runs their containers.
    public ContainerRuntime runtime() {
        return runtime;
    }

    /// Where a pod lives.
    public java.util.Optional<Lodgings.Place> place(String uid) {
        return parts.place(uid);
    }

    /// The log file of a run.
    public Path log(PodState pod, String container, int attempt) {
        return parts.log(pod.uid(), container, attempt);
    }

    /// Config maps or secrets have changed: volumes follow, and pods that wait for one try again.
    public void objectsChanged() {
        agent.objectsChanged();
        executor.execute(() -> {
            for (var state : agent.pods().values()) {
                try {
                    parts.refresh(state);
                } catch (VolumeException e) {
                    LOG.atInfo()
                            .addKeyValue("pod", state.key())
                            .setCause(e)
                            .log("volumes stay as they are");
                }
            }
        });
    }

    /// Stops stepping; the pods run on.
    @Override
    public void close() {
        loop.close();
    }
}

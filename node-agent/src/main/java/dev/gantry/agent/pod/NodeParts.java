package dev.gantry.agent.pod;

import dev.gantry.agent.container.ContainerExit;
import dev.gantry.agent.container.ContainerRuntime;
import dev.gantry.agent.container.LaunchException;
import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.facts.ConfigException;
import dev.gantry.agent.facts.Objects;
import dev.gantry.agent.facts.PodFacts;
import dev.gantry.agent.image.Image;
import dev.gantry.agent.probe.ProbeResult;
import dev.gantry.agent.probe.ProbeTrack;
import dev.gantry.agent.probe.Prober;
import dev.gantry.agent.spec.HostUsers;
import dev.gantry.agent.spec.PodPaths;
import dev.gantry.agent.spec.SpecBuilder;
import dev.gantry.agent.volume.VolumeException;
import dev.gantry.agent.volume.Volumes;
import dev.gantry.api.core.v1.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The parts of a real node: sandboxes, images, volumes and the container runtime.
public final class NodeParts implements PodParts {
    private static final int PROGRAM_MISSING = 127;
    private static final int PROGRAM_UNUSABLE = 126;
    private static final int NOT_STARTED = 128;
    private static final int ENOENT = 2;

    private final Tools tools;
    private final NodeFacts node;
    private final Path directory;
    private final Supplier<Objects> objects;
    private final SpecBuilder specs;
    private final Prober prober;
    private final LastWords lastWords = new LastWords();
    private final ConcurrentHashMap<String, Lodgings.Place> places = new ConcurrentHashMap<>();

    /// What the parts are made with.
    ///
    /// @param hostnames names the sandbox of a pod
    public record Tools(
            ContainerRuntime runtime,
            Lodgings lodgings,
            ImagePart images,
            Volumes volumes,
            Hostnames hostnames) {}

    /// Gives a sandbox its host name.
    public interface Hostnames {
        /// Sets the name in the sandbox's UTS namespace.
        void set(Sandbox sandbox, String name) throws InterruptedException;
    }

    /// @param directory `DATA/agent/pods`
    /// @param objects what pods refer to, as last told
    public NodeParts(Tools tools, NodeFacts node, Path directory, Supplier<Objects> objects) {
        this.tools = tools;
        this.node = node;
        this.directory = directory;
        this.objects = objects;
        this.specs = new SpecBuilder(tools.volumes());
        this.prober = new Prober(tools.runtime());
    }

    // -------- preparing

    @Override
    public Lodging prepare(PodState state) throws InterruptedException {
        var pod = state.pod();
        try {
            var place = place(pod);
            var facts = facts(pod, place.address());
            var paths = paths(state.uid());
            tools.volumes()
                    .prepare(
                            paths.root(),
                            facts,
                            objects.get(),
                            SpecBuilder.ownerOf(facts, place.sandbox()));
            var cluster = node.cluster().get();
            new EtcFiles(paths)
                    .write(facts, place.sandbox(), cluster.dnsAddress(), cluster.domain());
            return new Lodging(place.sandbox().id(), facts.podIp());
        } catch (VolumeException e) {
            throw new PartException("FailedMount", String.valueOf(e.getMessage()), e);
        } catch (ConfigException e) {
            throw new PartException("FailedCreatePodSandBox", String.valueOf(e.getMessage()), e);
        }
    }

    private Lodgings.Place place(Pod pod) throws InterruptedException {
        var uid = pod.getMetadata().getUid();
        var known = places.get(uid);
        if (known != null) {
            return known;
        }
        boolean hostUsers = HostUsers.of(pod);
        var taken = tools.lodgings().take(pod, hostUsers);
        if (!pod.getSpec().getHostNetwork()) {
            tools.hostnames().set(taken.sandbox(), dev.gantry.agent.spec.PodFiles.hostname(pod));
        }
        places.put(uid, taken);
        return taken;
    }

    private PodFacts facts(Pod pod, String podIp) {
        var ip = pod.getSpec().getHostNetwork() ? node.address() : podIp;
        return new PodFacts(
                pod, node.name(), ip, node.address(), node.cpuMillis(), node.memoryBytes());
    }

    private PodPaths paths(String uid) {
        return new PodPaths(directory.resolve(uid));
    }

    // -------- running

    @Override
    public History.RunImage image(PodState state, Member member, Notes notes)
            throws InterruptedException {
        var image = tools.images().ensure(state.pod(), member, objects.get(), notes);
        return new History.RunImage(
                image.name().toString(),
                image.name().name() + "@" + image.digest(),
                image.config().stopSignal());
    }

    @Override
    public Instant launch(PodState state, Member member, String id, int attempt)
            throws InterruptedException {
        try {
            var place = place(state.pod());
            var facts = facts(state.pod(), place.address());
            var paths = paths(state.uid());
            var ready =
                    tools.volumes()
                            .prepare(
                                    paths.root(),
                                    facts,
                                    objects.get(),
                                    SpecBuilder.ownerOf(facts, place.sandbox()));
            var order =
                    new SpecBuilder.Order(
                            facts,
                            member.container(),
                            new SpecBuilder.Run(id, attempt),
                            imageOf(member),
                            place.sandbox(),
                            paths,
                            ready);
            Files.createDirectories(paths.log(member.name(), attempt).getParent());
            return tools.runtime().launch(specs.build(order, objects.get())).startedAt();
        } catch (ConfigException | VolumeException e) {
            throw new PartException(Reasons.CONFIG_ERROR, String.valueOf(e.getMessage()), e);
        } catch (LaunchException e) {
            throw failed(e);
        } catch (IOException e) {
            throw new UncheckedIOException("failed to make the log directory", e);
        }
    }

    private Image imageOf(Member member) {
        var name = member.container().getImage();
        return tools.images()
                .find(name)
                .orElseThrow(() ->
                        new PartException(
                                Reasons.RUN_ERROR,
                                "image \"" + name + "\" was removed from the node"));
    }

    private static RuntimeException failed(LaunchException e) {
        var message = String.valueOf(e.getMessage());
        if (e.retryable()) {
            return new PartException(Reasons.RUN_ERROR, message, e);
        }
        int code = NOT_STARTED;
        if (e.program()) {
            code = e.errno() == ENOENT ? PROGRAM_MISSING : PROGRAM_UNUSABLE;
        }
        return new CannotRunException(code, message, e);
    }

    @Override
    public void signal(String id, String signal) {
        tools.runtime().signal(id, Signals.number(signal));
    }

    @Override
    public void kill(String id) {
        tools.runtime().kill(id);
    }

    @Override
    public void clear(String id) throws InterruptedException {
        tools.runtime().remove(id);
    }

    @Override
    public void discard(PodState state, String container, int attempt) {
        var log = paths(state.uid()).log(container, attempt);
        try (var siblings = Files.list(log.getParent())) {
            for (var file : siblings.toList()) {
                if (file.getFileName().toString().startsWith(attempt + ".log")) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(paths(state.uid()).termination(container, attempt));
        } catch (IOException e) {
            throw new UncheckedIOException("failed to remove log " + log, e);
        }
    }

    @Override
    public ProbeResult probe(PodState state, Member member, String id, ProbeTrack track)
            throws InterruptedException {
        var address = state.lodging().map(Lodging::address).orElse("");
        return prober.attempt(
                track, member.container(), id, address.isEmpty() ? node.address() : address);
    }

    /// How a run ended, in the pod's words, with what it left in its termination message file.
    public Termination termination(PodState state, Member member, ContainerExit exit) {
        var reason = exit.exitCode() == 0 ? Termination.COMPLETED : Termination.ERROR;
        if (exit.oomKilled()) {
            reason = Termination.OOM_KILLED;
        }
        var message =
                exit.message().isEmpty()
                        ? lastWords.of(
                                member.container(),
                                paths(state.uid()),
                                member.history().attempt(),
                                exit.exitCode() != 0)
                        : exit.message();
        return new Termination(
                exit.id(),
                exit.exitCode(),
                exit.signal(),
                reason,
                message,
                exit.startedAt(),
                exit.finishedAt());
    }

    // -------- the end

    @Override
    public void release(PodState state, boolean leaving) throws InterruptedException {
        var uid = state.uid();
        tools.lodgings().release(uid);
        places.remove(uid);
        tools.volumes().remove(paths(uid).root());
        if (leaving) {
            deleteTree(paths(uid).root());
        }
    }

    private static void deleteTree(Path tree) {
        if (!Files.exists(tree)) {
            return;
        }
        try (var walk = Files.walk(tree)) {
            for (var file : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("failed to remove " + tree, e);
        }
    }

    /// Where the pod lives; empty while it has no sandbox.
    Optional<Lodgings.Place> place(String uid) {
        return Optional.ofNullable(places.get(uid));
    }

    /// The log of a run.
    Path log(String uid, String container, int attempt) {
        return paths(uid).log(container, attempt);
    }

    /// Takes up the sandboxes that an earlier agent left in use.
    public void adopt(String uid, Lodgings.Place place) {
        places.put(uid, place);
    }

    /// A config map or secret changed: the pod's projected volumes follow.
    public void refresh(PodState state) {
        var place = places.get(state.uid());
        if (place == null) {
            return;
        }
        var facts = facts(state.pod(), place.address());
        tools.volumes()
                .prepare(
                        paths(state.uid()).root(),
                        facts,
                        objects.get(),
                        SpecBuilder.ownerOf(facts, place.sandbox()));
    }
}

package dev.gantry.agent.work;

import dev.gantry.agent.facts.Objects;
import dev.gantry.agent.image.ImageStore;
import dev.gantry.agent.node.NodeReader;
import dev.gantry.agent.pod.Member;
import dev.gantry.agent.pod.NodeBody;
import dev.gantry.agent.session.ExecStreams;
import dev.gantry.agent.session.LogSink;
import dev.gantry.agent.session.NodeChanges;
import dev.gantry.agent.session.NodeDescription;
import dev.gantry.agent.session.NodeState;
import dev.gantry.agent.session.NodeWork;
import dev.gantry.agent.session.PortStreams;
import dev.gantry.agent.session.WorkException;
import dev.gantry.agent.session.WorkException.Reason;
import dev.gantry.agent.sys.Syscalls;
import dev.gantry.api.v1.ExecStart;
import dev.gantry.api.v1.ImageInventory;
import dev.gantry.api.v1.ImagePullProgress;
import dev.gantry.api.v1.ImageRecord;
import dev.gantry.api.v1.LoadOrder;
import dev.gantry.api.v1.LogsRequest;
import dev.gantry.api.v1.PortForwardStart;
import dev.gantry.api.v1.PullOrder;
import dev.gantry.api.v1.RemoveImageOrder;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The node's side of the session. The node's body is made from the first state that the session
/// hands over, which says what the pod network looks like; until then there is nothing to ask of
/// it.
public final class NodeCore implements NodeWork {
    private final NodeReader reader;
    private final ImageWork images;
    private final Syscalls syscalls;
    private final InstantSource clock;
    private final Boot boot;
    private final Consumer<NodeState> services;
    private volatile Consumer<ImageInventory> inventories = i -> {};
    private volatile @Nullable NodeState state;
    private volatile @Nullable NodeBody body;

    /// Makes the node's body.
    public interface Boot {
        /// @param objects what pods refer to, as last told
        NodeBody start(NodeState first, Supplier<Objects> objects) throws InterruptedException;
    }

    /// What the core works with.
    public record Tools(
            NodeReader reader, ImageStore images, Syscalls syscalls, InstantSource clock) {}

    /// @param boot called once, with the first state
    /// @param services takes each state whose services or slices changed; returns at once
    public NodeCore(Tools tools, Boot boot, Consumer<NodeState> services) {
        this.reader = tools.reader();
        this.images = new ImageWork(tools.images());
        this.syscalls = tools.syscalls();
        this.clock = tools.clock();
        this.boot = boot;
        this.services = services;
    }

    /// Where changes of the image inventory are reported.
    public void onInventory(Consumer<ImageInventory> sink) {
        inventories = sink;
    }

    /// Whether the node's body stands.
    public boolean ready() {
        return body != null;
    }

    /// The node's body, when it stands.
    public java.util.Optional<NodeBody> body() {
        return java.util.Optional.ofNullable(body);
    }

    @Override
    public NodeDescription describe() {
        var uids = new TreeSet<String>();
        var current = body;
        if (current != null) {
            uids.addAll(current.agent().pods().keySet());
        }
        return new NodeDescription(
                reader.status(clock.instant()),
                reader.labels(),
                List.of(),
                uids,
                images.inventory());
    }

    @Override
    public void replaceAll(NodeState all) {
        state = all;
        var current = body;
        try {
            if (current == null) {
                current = boot.start(all, () -> new Objects(latest(all)));
                body = current;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        services.accept(all);
        current.agent().replaceAll(all.pods().values());
        current.objectsChanged();
    }

    private NodeState latest(NodeState first) {
        var current = state;
        return current == null ? first : current;
    }

    @Override
    public void apply(NodeChanges changes) {
        state = changes.state();
        var current = body;
        if (current == null) {
            throw new IllegalStateException("a delta came before any snapshot");
        }
        if (!changes.services().isEmpty() || !changes.endpointSlices().isEmpty()) {
            services.accept(changes.state());
        }
        for (var name : changes.pods()) {
            var pod = changes.state().pods().get(name);
            if (pod == null) {
                current.agent().remove(name.namespace(), name.name());
            } else {
                current.agent().upsert(pod);
            }
        }
        if (!changes.configMaps().isEmpty() || !changes.secrets().isEmpty()) {
            current.objectsChanged();
        }
    }

    private NodeBody standing() {
        var current = body;
        if (current == null) {
            throw new WorkException(Reason.UNAVAILABLE, "the node is still starting");
        }
        return current;
    }

    // -------- what people ask

    @Override
    public void logs(LogsRequest request, LogSink sink) throws InterruptedException {
        var current = standing();
        var target =
                new Targets(current.agent())
                        .container(
                                request.getNamespace(), request.getPod(), request.getContainer());
        int attempt = target.member().history().attempt() - (request.getPrevious() ? 1 : 0);
        if (attempt < 0) {
            throw new WorkException(
                    Reason.NOT_FOUND,
                    "previous terminated container \"%s\" in pod \"%s\" not found"
                            .formatted(
                                    target.member().name(),
                                    target.pod().pod().getMetadata().getName()));
        }
        var file = current.log(target.pod(), target.member().name(), attempt);
        var id = target.member().runId().orElse("");
        new Logs(current.agent()).write(file, target, id, request, sink);
    }

    @Override
    public int exec(ExecStart start, ExecStreams streams) throws InterruptedException {
        var current = standing();
        var target = target(current, start);
        return new Execs(current.runtime()).exec(target.runId(), start, streams);
    }

    private static Targets.Target target(NodeBody current, ExecStart start) {
        return new Targets(current.agent())
                .container(start.getNamespace(), start.getPod(), start.getContainer());
    }

    @Override
    public int attach(ExecStart start, ExecStreams streams) throws InterruptedException {
        var current = standing();
        var target = target(current, start);
        var id = target.runId();
        new Execs(current.runtime()).attach(id, start, streams);
        return new Endings(current.agent()).exitCode(target.pod().uid(), target.member(), id);
    }

    @Override
    public void portForward(PortForwardStart start, PortStreams streams)
            throws InterruptedException {
        var current = standing();
        var pod = new Targets(current.agent()).pod(start.getNamespace(), start.getPod());
        var place =
                current.place(pod.uid())
                        .orElseThrow(() ->
                                new WorkException(
                                        Reason.NOT_POSSIBLE_NOW,
                                        "pod " + pod.key() + " does not run"));
        new PortForwards(syscalls)
                .carry(place.sandbox(), place.address(), start.getPort(), streams);
    }

    @Override
    public String pull(PullOrder order, Consumer<ImagePullProgress> progress)
            throws InterruptedException {
        var digest = images.pull(order, progress);
        inventories.accept(images.inventory());
        return digest;
    }

    @Override
    public List<ImageRecord> load(
            LoadOrder order, InputStream archive, Consumer<ImagePullProgress> progress)
            throws InterruptedException {
        var loaded = images.load(order, archive, progress);
        inventories.accept(images.inventory());
        return loaded;
    }

    @Override
    public List<String> removeImage(RemoveImageOrder order) {
        var current = standing();
        var used = new TreeSet<String>();
        for (var pod : current.agent().pods().values()) {
            pod.members().stream()
                    .filter(m -> m.runId().isPresent())
                    .map(Member::container)
                    .forEach(c -> used.add(c.getImage()));
        }
        var removed = images.remove(order.getImage(), used);
        inventories.accept(images.inventory());
        return removed;
    }
}

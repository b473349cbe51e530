package dev.gantry.controlplane.node;

import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.NodeCondition;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.Hello;
import dev.gantry.controlplane.cache.ObjectOutcome;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.store.StoreException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// Writes Node objects from what agents say. Thread-safe.
final class NodeRegistrar {
    private static final int ATTEMPTS_MAX = 20;

    private final ObjectStore objects;
    private final PodRanges ranges;
    private final InstantSource clock;
    private final RandomGenerator random;

    NodeRegistrar(
            ObjectStore objects, PodRanges ranges, InstantSource clock, RandomGenerator random) {
        this.objects = objects;
        this.ranges = ranges;
        this.clock = clock;
        this.random = random;
    }

    /// Creates or updates the node that says hello.
    ///
    /// @return the node as it is stored
    Node register(Hello hello) throws InterruptedException {
        String name = hello.getNode();
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            objects.awaitFresh();
            Optional<Node> stored = stored(name);
            Node base =
                    stored.orElseGet(() -> NodeObjects.created(hello, newUid(), clock.instant()));
            String range = base.getSpec().getPodCIDR();
            if (range.isEmpty()) {
                range =
                        ranges.claim(name)
                                .orElseThrow(() ->
                                        new NodeRefusedException(
                                                "the cluster has no range of pod addresses"
                                                        + " left for "
                                                        + name));
            }
            Node wanted = NodeObjects.registered(base, hello, range, clock.instant());
            if (stored.isPresent() && wanted.equals(stored.get())) {
                return wanted;
            }
            Optional<Node> written =
                    write(
                            stored.isPresent()
                                    ? new ObjectWrite.Update(wanted)
                                    : new ObjectWrite.Create(wanted));
            if (written.isPresent()) {
                return written.get();
            }
        }
        throw new StoreException(
                StoreException.Reason.UNAVAILABLE,
                "failed to register " + name + ": it is changed all the time",
                null);
    }

    /// Stores the conditions that a node reports.
    void conditions(String name, List<NodeCondition> reported) throws InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Optional<Node> stored = stored(name);
            if (stored.isEmpty()) {
                return;
            }
            Node wanted = NodeObjects.conditions(stored.get(), reported);
            if (wanted.equals(stored.get()) || write(new ObjectWrite.Update(wanted)).isPresent()) {
                return;
            }
            objects.awaitFresh();
        }
    }

    private Optional<Node> stored(String name) {
        return objects.get(new ObjectKey(Kinds.NODE, "", name)).map(Node.class::cast);
    }

    private Optional<Node> write(ObjectWrite write) throws InterruptedException {
        return switch (objects.commit(List.of(write)).getFirst()) {
            case ObjectOutcome.Stored(var object) -> Optional.of((Node) object);
            case ObjectOutcome.Failed(var cause) -> throw cause;
            case ObjectOutcome.Conflict _,
                    ObjectOutcome.Deleted _,
                    ObjectOutcome.Fenced _,
                    ObjectOutcome.Abandoned _ ->
                    Optional.empty();
        };
    }

    private String newUid() {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }
}

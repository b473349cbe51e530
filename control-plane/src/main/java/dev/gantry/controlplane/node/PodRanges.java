package dev.gantry.controlplane.node;

import com.google.protobuf.ByteString;
import dev.gantry.api.core.v1.Node;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.Write;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Gives each node its own part of the cluster's range of pod addresses, once and for as long as
/// the Node object lives. A key in the store claims each part, so that two replicas never give out
/// one twice. A claim whose node no longer exists is taken over only when nothing else is free.
final class PodRanges {
    private static final String CLAIMS = "/gantry/v1/pod-ranges/";

    /// 254 pods a node.
    private static final int NODE_PREFIX = 24;

    private final Store store;
    private final ObjectStore objects;
    private final AddressRange cluster;

    PodRanges(Store store, ObjectStore objects, AddressRange cluster) {
        this.store = store;
        this.objects = objects;
        this.cluster = cluster;
    }

    /// Claims a part for a node that has none.
    ///
    /// @return empty when the cluster's range is used up
    Optional<String> claim(String node) throws InterruptedException {
        var used = new HashSet<String>();
        for (var object : objects.list(Kinds.NODE, "").objects()) {
            used.add(((Node) object).getSpec().getPodCIDR());
        }
        Optional<String> free = claim(node, used, false);
        return free.isPresent() ? free : claim(node, used, true);
    }

    private Optional<String> claim(String node, Set<String> used, boolean takeOver)
            throws InterruptedException {
        for (int i = 0; i < cluster.parts(NODE_PREFIX); i++) {
            String part = cluster.part(i, NODE_PREFIX).toString();
            if (!used.contains(part) && claim(node, part, takeOver)) {
                return Optional.of(part);
            }
        }
        return Optional.empty();
    }

    private boolean claim(String node, String part, boolean takeOver) throws InterruptedException {
        Outcome outcome = put(node, part, Expect.absent());
        if (outcome instanceof Outcome.Conflict(var current) && current.isPresent()) {
            String holder = current.get().value().toStringUtf8();
            if (holder.equals(node)) {
                return true;
            }
            boolean orphan = objects.get(new ObjectKey(Kinds.NODE, "", holder)).isEmpty();
            if (takeOver && orphan) {
                outcome = put(node, part, Expect.revision(current.get().modRevision()));
            }
        }
        if (outcome instanceof Outcome.Failed(StoreException cause)) {
            throw cause;
        }
        return outcome instanceof Outcome.Committed;
    }

    private Outcome put(String node, String part, Expect expect) throws InterruptedException {
        String key = CLAIMS + part.replace('/', '_');
        return store.commit(List.of(new Write.Put(key, ByteString.copyFromUtf8(node), expect)))
                .getFirst();
    }
}

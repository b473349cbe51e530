package dev.gantry.controlplane.node;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.discovery.v1.EndpointSlice;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.Delta;
import dev.gantry.api.v1.NodeObject;
import dev.gantry.api.v1.NodeObjectKey;
import dev.gantry.api.v1.ServerMessage;
import dev.gantry.api.v1.Snapshot;
import dev.gantry.controlplane.cache.Index;
import dev.gantry.controlplane.cache.ObjectStore;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// What one node must be told: first all of it, then whatever differs from what it was told.
///
/// It keeps names, not changes: a name is due once however often its object changes, and the object
/// is read when there is room to send it. So a slow node costs no memory and gets the latest state.
///
/// Not thread-safe: the node's session guards it.
final class NodeFeed {
    /// A message is closed once it holds this much: gRPC's bound for one is 4 MiB, and an object of
    /// up to 1.5 MiB may still be added.
    static final int MESSAGE_BYTES = 1 << 20;

    private static final List<Kind> FOR_ALL =
            List.of(Kinds.SERVICE, Kinds.ENDPOINT_SLICE, Kinds.NODE);

    private final String node;
    private final ObjectStore objects;
    private final LinkedHashSet<ObjectKey> due = new LinkedHashSet<>();

    /// What the node was told, with the uid that it was told.
    private final Map<ObjectKey, String> told = new HashMap<>();

    private final Map<ObjectKey, SortedSet<ObjectKey>> references = new HashMap<>();
    private final Map<ObjectKey, Integer> referrers = new HashMap<>();

    /// Told in this snapshot and gone since: removed by the delta after it.
    private final Set<ObjectKey> goneMeanwhile = new LinkedHashSet<>();

    private boolean inSnapshot = true;
    private long revision;

    NodeFeed(String node, ObjectStore objects) {
        this.node = node;
        this.objects = objects;
    }

    /// Starts from the beginning: the next messages are a whole snapshot.
    void restart() {
        due.clear();
        told.clear();
        references.clear();
        referrers.clear();
        goneMeanwhile.clear();
        inSnapshot = true;
        // Read before the objects: what changes in between is due again.
        revision = Math.max(revision, objects.revision());
        for (Message pod : objects.byIndex(Index.POD_BY_NODE, node)) {
            due.add(ObjectKey.of(pod));
        }
        for (Kind kind : FOR_ALL) {
            objects.list(kind, "").objects().forEach(object -> due.add(ObjectKey.of(object)));
        }
    }

    /// Notes that an object changed, was added or was removed.
    ///
    /// @return whether the node is to be told
    boolean changed(ObjectKey key, long atRevision) {
        revision = Math.max(revision, atRevision);
        boolean concerns =
                FOR_ALL.contains(key.kind())
                        || key.kind().equals(Kinds.POD)
                        || told.containsKey(key)
                        || referrers.containsKey(key);
        return concerns && due.add(key);
    }

    /// Whether there is something to send.
    boolean isDue() {
        return inSnapshot || !due.isEmpty();
    }

    /// Takes the next message to send; empty when the node knows everything.
    Optional<ServerMessage> next() {
        if (!isDue()) {
            return Optional.empty();
        }
        var batch = new Batch();
        while (!due.isEmpty() && batch.bytes < MESSAGE_BYTES) {
            ObjectKey key = due.removeFirst();
            batch.take(key);
        }
        if (inSnapshot) {
            return Optional.of(snapshot(batch));
        }
        return batch.isEmpty() ? Optional.empty() : Optional.of(delta(batch));
    }

    private ServerMessage snapshot(Batch batch) {
        boolean more = !due.isEmpty();
        if (!more) {
            inSnapshot = false;
            due.addAll(goneMeanwhile);
            goneMeanwhile.clear();
        }
        return ServerMessage.newBuilder()
                .setSnapshot(
                        Snapshot.newBuilder()
                                .setEpoch(objects.epoch())
                                .setRevision(revision)
                                .addAllObjects(batch.upserts.getUpsertsList())
                                .setMore(more))
                .build();
    }

    private ServerMessage delta(Batch batch) {
        return ServerMessage.newBuilder().setDelta(batch.upserts.setRevision(revision)).build();
    }

    /// The objects of one message. A pod brings what it refers to with it, so that a node seldom
    /// has to wait for a config map.
    private final class Batch {
        private final Delta.Builder upserts = Delta.newBuilder();
        private final ArrayDeque<ObjectKey> todo = new ArrayDeque<>();
        private int bytes;

        void take(ObjectKey first) {
            todo.add(first);
            while (!todo.isEmpty()) {
                ObjectKey key = todo.removeFirst();
                due.remove(key);
                Optional<Message> object = objects.get(key).filter(o -> isForNode(key, o));
                if (key.kind().equals(Kinds.POD)) {
                    refer(key, object.map(Pod.class::cast));
                }
                object.ifPresentOrElse(o -> upsert(key, o), () -> remove(key));
            }
        }

        boolean isEmpty() {
            return upserts.getUpsertsCount() == 0 && upserts.getRemovalsCount() == 0;
        }

        private boolean isForNode(ObjectKey key, Message object) {
            if (object instanceof Pod pod) {
                return pod.getSpec().getNodeName().equals(node);
            }
            return FOR_ALL.contains(key.kind()) || referrers.containsKey(key);
        }

        private void upsert(ObjectKey key, Message object) {
            told.put(key, Meta.of(object).getUid());
            goneMeanwhile.remove(key);
            upserts.addUpserts(wrap(object));
            bytes += object.getSerializedSize();
        }

        private void remove(ObjectKey key) {
            if (inSnapshot) {
                if (told.containsKey(key)) {
                    goneMeanwhile.add(key);
                }
                return;
            }
            String uid = told.remove(key);
            if (uid != null) {
                upserts.addRemovals(
                        NodeObjectKey.newBuilder()
                                .setKind(key.kind().name())
                                .setNamespace(key.namespace())
                                .setName(key.name())
                                .setUid(uid));
            }
        }

        private void refer(ObjectKey podKey, Optional<Pod> pod) {
            SortedSet<ObjectKey> now = pod.map(PodReferences::of).orElseGet(TreeSet::new);
            SortedSet<ObjectKey> before =
                    now.isEmpty() ? references.remove(podKey) : references.put(podKey, now);
            for (ObjectKey key : now) {
                if (before == null || !before.contains(key)) {
                    referrers.merge(key, 1, Integer::sum);
                    if (!told.containsKey(key)) {
                        todo.add(key);
                    }
                }
            }
            if (before != null) {
                before.stream().filter(key -> !now.contains(key)).forEach(this::release);
            }
        }

        private void release(ObjectKey key) {
            Integer left = referrers.computeIfPresent(key, (_, n) -> n == 1 ? null : n - 1);
            if (left == null) {
                todo.add(key);
            }
        }
    }

    private static NodeObject wrap(Message object) {
        var wrapped = NodeObject.newBuilder();
        switch (object) {
            case Pod pod -> wrapped.setPod(pod);
            case ConfigMap map -> wrapped.setConfigMap(map);
            case Secret secret -> wrapped.setSecret(secret);
            case Service service -> wrapped.setService(service);
            case EndpointSlice slice -> wrapped.setEndpointSlice(slice);
            case Node node -> wrapped.setNode(node);
            default -> throw new IllegalStateException("no node needs " + ObjectKey.of(object));
        }
        return wrapped.build();
    }
}

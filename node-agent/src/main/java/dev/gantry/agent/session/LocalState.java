package dev.gantry.agent.session;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Node;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.discovery.v1.EndpointSlice;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.v1.Delta;
import dev.gantry.api.v1.NodeObject;
import dev.gantry.api.v1.NodeObjectKey;
import dev.gantry.api.v1.Snapshot;
import dev.gantry.api.v1.Welcome;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Puts together what the control plane sends: a welcome, then a snapshot in one or more messages,
/// then deltas. Not thread-safe.
final class LocalState {
    /// A message that does not fit what came before it. The session is to be opened anew.
    static final class OutOfOrderException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OutOfOrderException(String message) {
            super(message);
        }
    }

    private @Nullable NodeSettings settings;
    private @Nullable NodeState state;
    private @Nullable Draft snapshot;
    private boolean following;

    /// Begins with what a checkpoint held, or with nothing.
    LocalState(@Nullable NodeState state) {
        this.state = state;
    }

    /// What is held now; empty before the first snapshot.
    Optional<NodeState> state() {
        return Optional.ofNullable(state);
    }

    /// A new stream begins: deltas are refused until its snapshot is complete.
    void reconnected() {
        settings = null;
        snapshot = null;
        following = false;
    }

    void welcome(Welcome welcome) {
        settings = NodeSettings.of(welcome);
    }

    /// Takes a part of a snapshot.
    ///
    /// @return the new state when this was the last part
    Optional<NodeState> snapshot(Snapshot part) {
        if (settings == null) {
            throw new OutOfOrderException("a snapshot came before the welcome");
        }
        if (snapshot == null) {
            snapshot = new Draft(NodeState.empty(settings));
        }
        for (NodeObject object : part.getObjectsList()) {
            snapshot.put(object);
        }
        if (part.getMore()) {
            return Optional.empty();
        }
        state = snapshot.build(part.getEpoch(), part.getRevision(), settings);
        snapshot = null;
        following = true;
        return Optional.of(state);
    }

    /// Applies a delta.
    NodeChanges delta(Delta delta) {
        if (!following || state == null) {
            throw new OutOfOrderException("a delta came before a whole snapshot");
        }
        var draft = new Draft(state);
        delta.getUpsertsList().forEach(draft::put);
        delta.getRemovalsList().forEach(draft::remove);
        long revision = Math.max(state.revision(), delta.getRevision());
        state = draft.build(state.epoch(), revision, state.settings());
        return draft.changes(state);
    }

    /// One kind's objects: copied when the first of them changes, shared with the old state before.
    private static final class Objects<M extends Message> {
        private SortedMap<ObjectName, M> objects;
        private final SortedSet<ObjectName> touched = new TreeSet<>();

        Objects(SortedMap<ObjectName, M> objects) {
            this.objects = objects;
        }

        void put(ObjectMeta meta, M object) {
            own(nameOf(meta)).put(nameOf(meta), object);
        }

        void remove(ObjectName name) {
            own(name).remove(name);
        }

        private SortedMap<ObjectName, M> own(ObjectName name) {
            if (touched.isEmpty()) {
                objects = new TreeMap<>(objects);
            }
            touched.add(name);
            return objects;
        }

        private static ObjectName nameOf(ObjectMeta meta) {
            return new ObjectName(meta.getNamespace(), meta.getName());
        }
    }

    private static final class Draft {
        private final Objects<Pod> pods;
        private final Objects<ConfigMap> configMaps;
        private final Objects<Secret> secrets;
        private final Objects<Service> services;
        private final Objects<EndpointSlice> endpointSlices;
        private final Objects<Node> nodes;

        Draft(NodeState from) {
            pods = new Objects<>(from.pods());
            configMaps = new Objects<>(from.configMaps());
            secrets = new Objects<>(from.secrets());
            services = new Objects<>(from.services());
            endpointSlices = new Objects<>(from.endpointSlices());
            nodes = new Objects<>(from.nodes());
        }

        void put(NodeObject o) {
            switch (o.getObjectCase()) {
                case POD -> pods.put(o.getPod().getMetadata(), o.getPod());
                case CONFIG_MAP -> configMaps.put(o.getConfigMap().getMetadata(), o.getConfigMap());
                case SECRET -> secrets.put(o.getSecret().getMetadata(), o.getSecret());
                case SERVICE -> services.put(o.getService().getMetadata(), o.getService());
                case ENDPOINT_SLICE ->
                        endpointSlices.put(
                                o.getEndpointSlice().getMetadata(), o.getEndpointSlice());
                case NODE -> nodes.put(o.getNode().getMetadata(), o.getNode());
                // A newer control plane may know kinds that this agent has no use for.
                case OBJECT_NOT_SET -> {}
            }
        }

        void remove(NodeObjectKey key) {
            var name = new ObjectName(key.getNamespace(), key.getName());
            switch (key.getKind()) {
                case "Pod" -> pods.remove(name);
                case "ConfigMap" -> configMaps.remove(name);
                case "Secret" -> secrets.remove(name);
                case "Service" -> services.remove(name);
                case "EndpointSlice" -> endpointSlices.remove(name);
                case "Node" -> nodes.remove(name);
                default -> {}
            }
        }

        NodeState build(String epoch, long revision, NodeSettings settings) {
            return new NodeState(
                    epoch,
                    revision,
                    settings,
                    pods.objects,
                    configMaps.objects,
                    secrets.objects,
                    services.objects,
                    endpointSlices.objects,
                    nodes.objects);
        }

        NodeChanges changes(NodeState state) {
            return new NodeChanges(
                    state,
                    pods.touched,
                    configMaps.touched,
                    secrets.touched,
                    services.touched,
                    endpointSlices.touched,
                    nodes.touched);
        }
    }
}

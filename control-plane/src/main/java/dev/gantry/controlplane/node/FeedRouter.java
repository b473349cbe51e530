package dev.gantry.controlplane.node;

import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.PodStatus;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.controlplane.cache.ChangeEvent;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.Subscription;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/// Tells each session which objects changed, from one subscription for all of them.
final class FeedRouter implements Subscription.Listener, AutoCloseable {
    private static final List<Kind> EVERYWHERE =
            List.of(Kinds.SERVICE, Kinds.ENDPOINT_SLICE, Kinds.NODE);

    private final ObjectStore objects;
    private final ConcurrentHashMap<String, NodeSession> sessions = new ConcurrentHashMap<>();
    private volatile Subscription subscription;
    private volatile boolean closed;

    FeedRouter(ObjectStore objects) {
        this.objects = objects;
        this.subscription = subscribe();
    }

    /// From now on `session` hears of changes, in place of any older one of its node.
    ///
    /// @return the older one, or null
    @SuppressWarnings("NullAway") // Map.put answers null for a new key
    NodeSession put(NodeSession session) {
        return sessions.put(session.node(), session);
    }

    /// @return false when a newer session has taken its place
    boolean remove(NodeSession session) {
        return sessions.remove(session.node(), session);
    }

    Collection<NodeSession> all() {
        var byName = new ArrayList<>(sessions.values());
        byName.sort((a, b) -> a.node().compareTo(b.node()));
        return byName;
    }

    Optional<NodeSession> of(String node) {
        return Optional.ofNullable(sessions.get(node));
    }

    @Override
    public void changed(List<ChangeEvent> events) {
        for (ChangeEvent event : events) {
            Kind kind = event.key().kind();
            if (kind.equals(Kinds.POD)) {
                pod(event);
            } else if (EVERYWHERE.contains(kind)
                    || kind.equals(Kinds.CONFIG_MAP)
                    || kind.equals(Kinds.SECRET)) {
                // A session passes over config maps and secrets that its pods do not name.
                sessions.values().forEach(s -> s.changed(event.key(), event.revision()));
            }
        }
    }

    @Override
    public void bookmark(long nextRevision) {}

    @Override
    public void closed(Subscription.Reason reason) {
        if (closed || reason == Subscription.Reason.STOPPED) {
            return;
        }
        subscription = subscribe();
        sessions.values().forEach(NodeSession::resend);
    }

    @Override
    public void close() {
        closed = true;
        subscription.close();
    }

    private Subscription subscribe() {
        return objects.watch(null, "", 0, this);
    }

    private void pod(ChangeEvent event) {
        if (isOwnWord(event)) {
            return;
        }
        var nodes = new TreeSet<String>();
        if (event.before() instanceof Pod before) {
            nodes.add(before.getSpec().getNodeName());
        }
        if (event.after() instanceof Pod after) {
            nodes.add(after.getSpec().getNodeName());
        }
        for (String node : nodes) {
            NodeSession session = sessions.get(node);
            if (session != null) {
                session.changed(event.key(), event.revision());
            }
        }
    }

    // A node wrote its pods' status itself and need not be told: half of all traffic.
    private static boolean isOwnWord(ChangeEvent event) {
        return event.before() instanceof Pod before
                && event.after() instanceof Pod after
                && withoutStatus(before).equals(withoutStatus(after));
    }

    private static Pod withoutStatus(Pod pod) {
        ObjectMeta meta =
                pod.getMetadata().toBuilder().clearResourceVersion().clearManagedFields().build();
        return pod.toBuilder().setMetadata(meta).setStatus(PodStatus.getDefaultInstance()).build();
    }
}

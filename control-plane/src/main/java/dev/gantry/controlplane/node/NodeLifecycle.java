package dev.gantry.controlplane.node;

import dev.gantry.api.core.v1.Node;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.cache.ObjectOutcome;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.loop.Outcome;
import dev.gantry.loop.Reconciler;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Marks a node that has been without a session for the grace period as unknown and unreachable,
/// and one that has a session again as ready. The key is the node's name.
///
/// Every replica runs it: the writes compare revisions, so two of them do no harm.
final class NodeLifecycle implements Reconciler<String> {
    private final ObjectStore objects;
    private final SessionPresence presence;
    private final Duration grace;

    NodeLifecycle(ObjectStore objects, SessionPresence presence, Duration grace) {
        this.objects = objects;
        this.presence = presence;
        this.grace = grace;
    }

    @Override
    public Outcome reconcile(String name, Instant now) throws InterruptedException {
        Optional<Node> node =
                objects.get(new ObjectKey(Kinds.NODE, "", name)).map(Node.class::cast);
        if (node.isEmpty()) {
            presence.forget(name);
            return new Outcome.Settled();
        }
        Optional<Instant> absent = presence.absentSince(name);
        if (absent.isEmpty()) {
            return write(NodeObjects.ready(node.get(), now));
        }
        Duration left = Duration.between(now, absent.get().plus(grace));
        return left.isPositive()
                ? new Outcome.RecheckAfter(left)
                : write(NodeObjects.lost(node.get(), now));
    }

    private Outcome write(Optional<Node> node) throws InterruptedException {
        if (node.isEmpty()) {
            return new Outcome.Settled();
        }
        ObjectOutcome outcome =
                objects.commit(List.of(new ObjectWrite.Update(node.get()))).getFirst();
        return switch (outcome) {
            case ObjectOutcome.Stored _, ObjectOutcome.Deleted _ -> new Outcome.Settled();
            case ObjectOutcome.Conflict _, ObjectOutcome.Fenced _, ObjectOutcome.Abandoned _ ->
                    new Outcome.Retry("the node changed meanwhile", null);
            case ObjectOutcome.Failed(var cause) -> new Outcome.Retry("the store failed", cause);
        };
    }
}

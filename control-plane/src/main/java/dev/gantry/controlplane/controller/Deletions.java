package dev.gantry.controlplane.controller;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.time.Times;
import dev.gantry.controlplane.cache.ObjectWrite;
import java.time.Instant;
import java.util.Optional;

/// How an object is deleted: at once, or by a mark that others must act on first.
public final class Deletions {

    private static final long GRACE_DEFAULT_SECONDS = 30;

    private Deletions() {}

    /// The write that deletes `object`, or empty when it is marked already. A pod that is bound to
    /// a node is marked: its node stops it within the grace period and reports it gone. So is an
    /// object with finalizers. Everything else goes at once.
    public static Optional<ObjectWrite> delete(Message object, Instant now) {
        ObjectMeta meta = Meta.of(object);
        if (meta.hasDeletionTimestamp()) {
            return Optional.empty();
        }
        if (object instanceof Pod pod && isOnNode(pod)) {
            long grace =
                    pod.getSpec().hasTerminationGracePeriodSeconds()
                            ? pod.getSpec().getTerminationGracePeriodSeconds()
                            : GRACE_DEFAULT_SECONDS;
            return Optional.of(new ObjectWrite.Update(marked(object, now, grace)));
        }
        if (meta.getFinalizersCount() > 0) {
            return Optional.of(new ObjectWrite.Update(marked(object, now, 0)));
        }
        return Optional.of(new ObjectWrite.Delete(ObjectKey.of(object), meta.getResourceVersion()));
    }

    private static boolean isOnNode(Pod pod) {
        String phase = pod.getStatus().getPhase();
        return !pod.getSpec().getNodeName().isEmpty()
                && !phase.equals("Succeeded")
                && !phase.equals("Failed");
    }

    private static Message marked(Message object, Instant now, long grace) {
        return Meta.edit(
                object,
                meta ->
                        meta.setDeletionTimestamp(Times.of(now.plusSeconds(grace)))
                                .setDeletionGracePeriodSeconds(grace));
    }
}

package dev.gantry.controlplane.api;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Namespace;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.time.Times;
import dev.gantry.api.v1.DeleteRequest;
import dev.gantry.api.v1.DeleteRequest.Propagation;
import dev.gantry.api.v1.ResourceObject;
import dev.gantry.controlplane.cache.Index;
import dev.gantry.controlplane.cache.ObjectOutcome;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.ObjectWrite;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Deletes objects, or marks them when something still holds them: finalizers, a namespace's
/// content, or a node that runs the pod.
final class Deletion {
    /// Finalizers by which the garbage collector knows what a deletion means for dependents.
    private static final String FOREGROUND = "foregroundDeletion";

    private static final String ORPHAN = "orphan";

    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");
    private static final int ATTEMPTS = 8;

    private final ObjectStore objects;
    private final InstantSource clock;

    Deletion(ObjectStore objects, InstantSource clock) {
        this.objects = objects;
        this.clock = clock;
    }

    /// A pod that a node may be running goes only when the node's agent has reported its end.
    static boolean isHeldByNode(Pod pod) {
        return !pod.getSpec().getNodeName().isEmpty()
                && !ENDED.contains(pod.getStatus().getPhase())
                && pod.getMetadata().getDeletionGracePeriodSeconds() > 0;
    }

    /// A namespace goes only when its content has gone.
    static boolean isHeldByContent(Message object) {
        return object instanceof Namespace namespace
                && namespace.getSpec().getFinalizersCount() > 0;
    }

    ResourceObject delete(DeleteRequest request) throws InterruptedException {
        var key = Wire.key(request.getRef());
        if (key.kind().equals(Kinds.NAMESPACE) && SystemNamespaces.NAMES.contains(key.name())) {
            throw new ApiException(
                    ApiException.Reason.FORBIDDEN, key + " is the system's and cannot be deleted");
        }
        if (request.getGracePeriodSeconds() < 0) {
            throw ApiException.invalid("gracePeriodSeconds", "must not be negative");
        }
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            objects.awaitFresh();
            var live = objects.get(key).orElseThrow(() -> Wire.notFound(key));
            requireIdentity(request, key, Meta.of(live));
            var marked = marked(live, request, clock.instant());
            var gone = isFree(marked);
            if (request.getDryRun() || (!gone && marked.equals(live))) {
                return Wire.object(marked);
            }
            var stored = commit(key, live, marked, gone);
            if (stored.isPresent()) {
                return Wire.object(stored.get());
            }
        }
        throw Wire.conflict(key, "it changes faster than it can be deleted, try again");
    }

    private Optional<Message> commit(ObjectKey key, Message live, Message marked, boolean gone)
            throws InterruptedException {
        var write =
                gone
                        ? new ObjectWrite.Delete(key, Meta.of(live).getResourceVersion())
                        : new ObjectWrite.Update(marked);
        return switch (objects.commit(List.of(write)).getFirst()) {
            case ObjectOutcome.Stored stored -> Optional.of(stored.object());
            case ObjectOutcome.Deleted _ -> Optional.of(marked);
            case ObjectOutcome.Failed failed -> throw failed.cause();
            case ObjectOutcome.Conflict _, ObjectOutcome.Abandoned _, ObjectOutcome.Fenced _ ->
                    Optional.empty();
        };
    }

    /// Nothing holds the object.
    private static boolean isFree(Message object) {
        return Meta.of(object).getFinalizersCount() == 0
                && !isHeldByContent(object)
                && !(object instanceof Pod pod && isHeldByNode(pod));
    }

    private static void requireIdentity(DeleteRequest request, ObjectKey key, ObjectMeta live) {
        if (!request.getUid().isEmpty() && !request.getUid().equals(live.getUid())) {
            throw Wire.conflict(
                    key, "it is another object than the one with uid " + request.getUid());
        }
        if (!request.getResourceVersion().isEmpty()
                && !request.getResourceVersion().equals(live.getResourceVersion())) {
            throw Wire.conflict(key, "the object has changed since it was read, read it again");
        }
    }

    private Message marked(Message live, DeleteRequest request, Instant now) {
        var grace = grace(live, request);
        var was = Meta.of(live);
        if (was.hasDeletionTimestamp() && grace >= was.getDeletionGracePeriodSeconds()) {
            return live;
        }
        var first = !was.hasDeletionTimestamp();
        var finalizer = first ? finalizer(was, request.getPropagation()) : "";
        var marked =
                Meta.edit(
                        live,
                        meta -> {
                            meta.setDeletionTimestamp(Times.of(now.plusSeconds(grace)))
                                    .setDeletionGracePeriodSeconds(grace);
                            if (first) {
                                meta.setGeneration(meta.getGeneration() + 1);
                            }
                            if (!finalizer.isEmpty()
                                    && !meta.getFinalizersList().contains(finalizer)) {
                                meta.addFinalizers(finalizer);
                            }
                        });
        return marked instanceof Namespace namespace
                ? namespace.toBuilder()
                        .setStatus(namespace.getStatus().toBuilder().setPhase("Terminating"))
                        .build()
                : marked;
    }

    /// Only a dependent makes a finalizer necessary: most objects have none and go at once.
    private String finalizer(ObjectMeta meta, Propagation propagation) {
        var wanted =
                switch (propagation) {
                    case FOREGROUND -> FOREGROUND;
                    case ORPHAN -> ORPHAN;
                    case PROPAGATION_UNSPECIFIED, BACKGROUND, UNRECOGNIZED -> "";
                };
        return wanted.isEmpty() || objects.byIndex(Index.BY_OWNER_UID, meta.getUid()).isEmpty()
                ? ""
                : wanted;
    }

    private static long grace(Message live, DeleteRequest request) {
        if (!(live instanceof Pod pod)) {
            return 0;
        }
        if (pod.getSpec().getNodeName().isEmpty() || ENDED.contains(pod.getStatus().getPhase())) {
            return 0;
        }
        return request.hasGracePeriodSeconds()
                ? request.getGracePeriodSeconds()
                : pod.getSpec().hasTerminationGracePeriodSeconds()
                        ? pod.getSpec().getTerminationGracePeriodSeconds()
                        : DEFAULT_GRACE_SECONDS;
    }

    /// Kubernetes' default of `terminationGracePeriodSeconds`, for pods stored without their
    /// defaults.
    private static final long DEFAULT_GRACE_SECONDS = 30;
}

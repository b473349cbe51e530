package dev.gantry.controlplane.garbage;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.meta.v1.OwnerReference;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.controller.Deletions;
import dev.gantry.controlplane.controller.Plan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What should follow for one object from the state of its owners and dependents. Pure.
///
/// - Every owner gone: the object is deleted. Some gone: only the references to those are dropped.
/// - Marked for deletion with the finalizer `foregroundDeletion`: its dependents go first, then it.
/// - Marked with the finalizer `orphan`: its dependents lose their reference, then it goes.
final class GarbagePlanner {

    static final String FOREGROUND = "foregroundDeletion";
    static final String ORPHAN = "orphan";

    /// What is seen of one object.
    ///
    /// @param present those of its owner references whose owner exists, under the same uid
    /// @param dependents objects that refer to it as an owner
    record Observed(Message object, List<OwnerReference> present, List<Message> dependents) {}

    private GarbagePlanner() {}

    static Plan plan(Observed observed, Instant now) {
        ObjectMeta meta = Meta.of(observed.object());
        if (meta.hasDeletionTimestamp()) {
            if (meta.getFinalizersList().contains(ORPHAN)) {
                return orphan(observed);
            }
            if (meta.getFinalizersList().contains(FOREGROUND)) {
                return foreground(observed, now);
            }
        }
        int owners = meta.getOwnerReferencesCount();
        if (owners == 0 || observed.present().size() == owners) {
            return Plan.NOTHING;
        }
        if (observed.present().isEmpty()) {
            return Plan.of(Deletions.delete(observed.object(), now).stream().toList());
        }
        return Plan.of(List.of(withOwners(observed.object(), observed.present())));
    }

    private static Plan foreground(Observed observed, Instant now) {
        List<ObjectWrite> writes = new ArrayList<>();
        for (Message dependent : observed.dependents()) {
            Deletions.delete(dependent, now).ifPresent(writes::add);
        }
        if (observed.dependents().isEmpty()) {
            writes.add(withoutFinalizer(observed.object(), FOREGROUND));
        }
        return Plan.of(writes);
    }

    private static Plan orphan(Observed observed) {
        String uid = Meta.of(observed.object()).getUid();
        List<ObjectWrite> writes = new ArrayList<>();
        for (Message dependent : observed.dependents()) {
            List<OwnerReference> others =
                    Meta.of(dependent).getOwnerReferencesList().stream()
                            .filter(owner -> !owner.getUid().equals(uid))
                            .toList();
            writes.add(withOwners(dependent, others));
        }
        if (writes.isEmpty()) {
            writes.add(withoutFinalizer(observed.object(), ORPHAN));
        }
        return Plan.of(writes);
    }

    private static ObjectWrite withOwners(Message object, List<OwnerReference> owners) {
        return new ObjectWrite.Update(
                Meta.edit(
                        object, meta -> meta.clearOwnerReferences().addAllOwnerReferences(owners)));
    }

    // The last finalizer taken from an object that is marked for deletion is its end.
    private static ObjectWrite withoutFinalizer(Message object, String finalizer) {
        List<String> others =
                Meta.of(object).getFinalizersList().stream()
                        .filter(name -> !name.equals(finalizer))
                        .toList();
        if (others.isEmpty()) {
            return new ObjectWrite.Delete(
                    ObjectKey.of(object), Meta.of(object).getResourceVersion());
        }
        return new ObjectWrite.Update(
                Meta.edit(object, meta -> meta.clearFinalizers().addAllFinalizers(others)));
    }

    /// Whether anything at all can follow for an object with this metadata.
    static boolean concerns(ObjectMeta meta) {
        return meta.getOwnerReferencesCount() > 0
                || (meta.hasDeletionTimestamp()
                        && (meta.getFinalizersList().contains(FOREGROUND)
                                || meta.getFinalizersList().contains(ORPHAN)));
    }

    /// The key of the owner that a dependent in `namespace` refers to, if it is of a known kind.
    static Optional<ObjectKey> keyOf(OwnerReference owner, String namespace) {
        return Kinds.of(owner.getApiVersion(), owner.getKind())
                .map(kind ->
                        new ObjectKey(kind, kind.namespaced() ? namespace : "", owner.getName()));
    }
}

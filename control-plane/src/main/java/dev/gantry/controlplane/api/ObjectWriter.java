package dev.gantry.controlplane.api;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Namespace;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.WriteResponse;
import dev.gantry.api.v1.WriteResult;
import dev.gantry.api.validation.Violation;
import dev.gantry.controlplane.cache.ObjectOutcome;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.store.Store;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// Carries planned changes into the store, all or none: checks them, allots addresses, writes, and
/// plans again when the objects have changed meanwhile.
final class ObjectWriter {
    /// Plans made anew before a client that did not compare is told of the conflict. Each conflict
    /// means that somebody else's write went through.
    private static final int ATTEMPTS = 8;

    private final ObjectStore objects;
    private final ServiceAddresses addresses;
    private final ReentrantLock addressLock = new ReentrantLock();

    ObjectWriter(ObjectStore objects, ServiceAddresses addresses) {
        this.objects = objects;
        this.addresses = addresses;
    }

    /// What shall happen to the objects of a request. Reads the cache anew each time it is asked.
    interface Plan {
        /// @throws ApiException when the request cannot be carried out
        List<Change> changes() throws InterruptedException;
    }

    /// What shall happen to one object.
    ///
    /// @param live what is stored; null for a new object
    /// @param next what shall be stored, complete
    /// @param removes whether the object goes, because this change took what held it
    /// @param compared whether the client named the revision, so that a conflict is its own
    record Change(
            @org.jspecify.annotations.Nullable Message live,
            Message next,
            boolean removes,
            boolean compared) {
        ObjectKey key() {
            return ObjectKey.of(next);
        }

        boolean isUnchanged() {
            return next.equals(live) && !removes;
        }
    }

    /// @param dryRun everything but the write itself
    WriteResponse write(Plan plan, boolean dryRun) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            objects.awaitFresh();
            var changes = plan.changes();
            requireDistinct(changes);
            requireNamespaces(changes);
            refuseInvalid(changes);
            var outcome = commit(changes, dryRun);
            if (outcome.conflict() == null) {
                return outcome.response();
            }
            if (attempt == ATTEMPTS || isFinal(outcome.conflict())) {
                throw conflict(outcome.conflict());
            }
        }
    }

    /// @param conflict the change that did not fit what is stored; null when all went through
    private record Attempt(
            WriteResponse response, @org.jspecify.annotations.Nullable Change conflict) {}

    private static boolean isFinal(Change conflict) {
        return conflict.live() == null || conflict.compared();
    }

    private static ApiException conflict(Change change) {
        return change.live() == null
                ? exists(change.key())
                : Wire.conflict(
                        change.key(), "the object has changed since it was read, read it again");
    }

    static ApiException exists(ObjectKey key) {
        return new ApiException(
                ApiException.Reason.ALREADY_EXISTS,
                key + " already exists",
                List.of(),
                java.util.Map.of("object", key.toString()),
                null);
    }

    private Attempt commit(List<Change> planned, boolean dryRun) throws InterruptedException {
        if (planned.stream().noneMatch(c -> c.next() instanceof Service)) {
            return store(planned, dryRun);
        }
        addressLock.lockInterruptibly();
        try {
            var attempt = store(allot(planned), dryRun);
            if (!dryRun && attempt.conflict() == null) {
                settleShared(attempt.response());
            }
            return attempt;
        } finally {
            addressLock.unlock();
        }
    }

    private List<Change> allot(List<Change> planned) {
        var allotted = new ArrayList<Change>();
        for (var change : planned) {
            allotted.add(
                    change.next() instanceof Service service
                            ? new Change(
                                    change.live(),
                                    addresses.allot(service, objects),
                                    change.removes(),
                                    change.compared())
                            : change);
        }
        return allotted;
    }

    /// See [ServiceAddresses]: another server may have allotted the same address at the same time.
    private void settleShared(WriteResponse response) throws InterruptedException {
        for (var result : response.getResultsList()) {
            if (result.getAction() == WriteResult.Action.CREATED
                    && Wire.object(result.getObject()) instanceof Service service
                    && addresses.isShared(service, objects)) {
                var other = addresses.allot(ServiceAddresses.without(service), objects);
                objects.commit(List.of(new ObjectWrite.Update(other)));
            }
        }
    }

    private Attempt store(List<Change> changes, boolean dryRun) throws InterruptedException {
        var response = WriteResponse.newBuilder();
        var writes = new ArrayList<ObjectWrite>();
        for (var change : changes) {
            response.addResults(result(change, change.next()));
            if (!change.isUnchanged()) {
                writes.add(write(change));
            }
        }
        if (dryRun || writes.isEmpty()) {
            return new Attempt(response.build(), null);
        }
        var outcomes = objects.commitTogether(writes);
        var at = 0;
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i).isUnchanged()) {
                continue;
            }
            switch (outcomes.get(at++)) {
                case ObjectOutcome.Stored stored ->
                        response.setResults(i, result(changes.get(i), stored.object()));
                case ObjectOutcome.Conflict _ -> {
                    return new Attempt(response.build(), changes.get(i));
                }
                case ObjectOutcome.Failed failed -> throw failed.cause();
                case ObjectOutcome.Deleted _,
                        ObjectOutcome.Abandoned _,
                        ObjectOutcome.Fenced _ -> {}
            }
        }
        return new Attempt(response.build(), null);
    }

    private static ObjectWrite write(Change change) {
        if (change.live() == null) {
            return new ObjectWrite.Create(change.next());
        }
        var revision = Meta.of(change.live()).getResourceVersion();
        return change.removes()
                ? new ObjectWrite.Delete(change.key(), revision)
                : new ObjectWrite.Update(
                        Meta.edit(change.next(), meta -> meta.setResourceVersion(revision)));
    }

    private static WriteResult result(Change change, Message stored) {
        var action =
                change.live() == null
                        ? WriteResult.Action.CREATED
                        : change.isUnchanged()
                                ? WriteResult.Action.UNCHANGED
                                : WriteResult.Action.CONFIGURED;
        return WriteResult.newBuilder().setAction(action).setObject(Wire.object(stored)).build();
    }

    private static void requireDistinct(List<Change> changes) {
        if (changes.size() > Store.TOGETHER_MAX) {
            throw ApiException.invalid(
                    "objects",
                    "has " + changes.size() + " objects, a call takes " + Store.TOGETHER_MAX);
        }
        var seen = new HashSet<ObjectKey>();
        for (var change : changes) {
            if (!seen.add(change.key())) {
                throw ApiException.invalid("objects", "has " + change.key() + " twice");
            }
        }
    }

    private void requireNamespaces(List<Change> changes) {
        Set<String> made = new HashSet<>();
        changes.stream()
                .filter(c -> c.next() instanceof Namespace && c.live() == null)
                .forEach(c -> made.add(c.key().name()));
        for (var change : changes) {
            var namespace = change.key().namespace();
            if (change.live() == null && !namespace.isEmpty() && !made.contains(namespace)) {
                requireNamespace(namespace, change.key());
            }
        }
    }

    private void requireNamespace(String name, ObjectKey needs) {
        var key = new ObjectKey(Kinds.NAMESPACE, "", name);
        var namespace =
                objects.get(key)
                        .orElseThrow(() ->
                                new ApiException(
                                        ApiException.Reason.NOT_FOUND,
                                        key + " not found, which " + needs + " needs"));
        if (Meta.of(namespace).hasDeletionTimestamp()) {
            throw new ApiException(
                    ApiException.Reason.NAMESPACE_TERMINATING,
                    key + " is being deleted, " + needs + " cannot be created in it");
        }
    }

    private static void refuseInvalid(List<Change> changes) {
        var keys = new ArrayList<ObjectKey>();
        var violations = new ArrayList<List<Violation>>();
        for (var change : changes) {
            keys.add(change.key());
            violations.add(
                    change.isUnchanged()
                            ? List.of()
                            : Preparation.violations(change.next(), change.live()));
        }
        Preparation.refuse(keys, violations);
    }
}

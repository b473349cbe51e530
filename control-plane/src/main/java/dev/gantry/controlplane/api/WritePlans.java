package dev.gantry.controlplane.api;

import com.google.protobuf.Message;
import dev.gantry.api.codec.ManifestException;
import dev.gantry.api.codec.ObjectJson;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.defaulting.Defaults;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.ApplyRequest;
import dev.gantry.api.v1.PatchRequest;
import dev.gantry.api.v1.ResourceObject;
import dev.gantry.api.v1.WriteRequest;
import dev.gantry.api.validation.Violation;
import dev.gantry.controlplane.api.ObjectWriter.Change;
import dev.gantry.controlplane.api.ObjectWriter.Plan;
import dev.gantry.controlplane.apply.ApplyException;
import dev.gantry.controlplane.apply.Patches;
import dev.gantry.controlplane.apply.ServerSideApply;
import dev.gantry.controlplane.cache.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// What each kind of write request means for the objects it names.
final class WritePlans {
    private static final String MANAGER = "gantry";
    private static final String STATUS = "status";

    private final ObjectStore objects;
    private final Preparation preparation;
    private final InstantSource clock;

    WritePlans(ObjectStore objects, Preparation preparation, InstantSource clock) {
        this.objects = objects;
        this.preparation = preparation;
        this.clock = clock;
    }

    Plan create(WriteRequest request) {
        var wanted = new ArrayList<Message>();
        for (var object : read(request.getObjectsList())) {
            if (!Meta.of(object).getResourceVersion().isEmpty()) {
                throw ApiException.invalid(
                        "metadata.resourceVersion", "must be empty on a new object");
            }
            wanted.add(preparation.created(preparation.named(object), clock.instant()));
        }
        return () -> {
            var changes = new ArrayList<Change>();
            for (var object : wanted) {
                var key = ObjectKey.of(object);
                if (objects.get(key).isPresent()) {
                    throw ObjectWriter.exists(key);
                }
                changes.add(new Change(null, object, false, false));
            }
            return changes;
        };
    }

    Plan update(WriteRequest request) {
        var wanted = read(request.getObjectsList()).stream().map(preparation::named).toList();
        return () -> {
            var changes = new ArrayList<Change>();
            for (var object : wanted) {
                var live = live(ObjectKey.of(object));
                changes.add(replace(live, object, request.getSubresource()));
            }
            return changes;
        };
    }

    Plan apply(ApplyRequest request) {
        var manager = request.getFieldManager().isEmpty() ? MANAGER : request.getFieldManager();
        var manifests = new ArrayList<Message>();
        for (var object : read(request.getObjectsList())) {
            if (Meta.of(object).getName().isEmpty()) {
                throw ApiException.invalid(
                        "metadata.name", "must not be empty: apply needs the object's own name");
            }
            manifests.add(preparation.named(object));
        }
        return () -> {
            var changes = new ArrayList<Change>();
            for (var manifest : manifests) {
                changes.add(applied(manifest, manager));
            }
            return changes;
        };
    }

    Plan patch(PatchRequest request) {
        var key = Wire.key(request.getRef());
        var patch = request.getPatch().toString(StandardCharsets.UTF_8);
        return () -> {
            var live = live(key);
            var patched = patched(live, request.getType(), patch);
            if (!ObjectKey.of(patched).equals(key)) {
                throw ApiException.invalid("metadata.name", "a patch cannot change it");
            }
            return List.of(replace(live, patched, request.getSubresource()));
        };
    }

    private Change applied(Message manifest, String manager) {
        var key = ObjectKey.of(manifest);
        var live = objects.get(key);
        try {
            if (live.isEmpty()) {
                var owned = ServerSideApply.create(manifest, manager, clock.instant());
                return new Change(null, preparation.created(owned, clock.instant()), false, false);
            }
            var merged = ServerSideApply.merge(live.get(), manifest, manager, clock.instant());
            return change(live.get(), Preparation.updated(live.get(), merged), false);
        } catch (ApplyException e) {
            throw ApiException.invalid(e.field(), String.valueOf(e.getMessage()));
        }
    }

    private static Message patched(Message live, PatchRequest.Type type, String patch) {
        try {
            var json = ObjectJson.write(live);
            var kind = Kinds.of(live);
            var result =
                    switch (type) {
                        case JSON_PATCH -> Patches.json(json, patch);
                        case MERGE_PATCH -> Patches.merge(json, patch);
                        case STRATEGIC_MERGE_PATCH ->
                                Patches.strategic(
                                        json, patch, kind.prototype().getDescriptorForType());
                        case TYPE_UNSPECIFIED, UNRECOGNIZED ->
                                throw ApiException.invalid("type", "must say how to patch");
                    };
            return ObjectJson.read(kind, result.getBytes(StandardCharsets.UTF_8));
        } catch (ApplyException e) {
            throw ApiException.invalid(
                    e.field().isEmpty() ? "patch" : "patch " + e.field(),
                    String.valueOf(e.getMessage()));
        } catch (ManifestException e) {
            throw ApiException.invalid(
                    String.valueOf(e.getMessage()),
                    e.problems().stream()
                            .map(p ->
                                    new Violation(p.field(), Violation.Reason.INVALID, p.message()))
                            .toList());
        }
    }

    private static Change replace(Message live, Message wanted, String subresource) {
        var key = ObjectKey.of(live);
        var named = Meta.of(wanted).getResourceVersion();
        if (!named.isEmpty() && !named.equals(Meta.of(live).getResourceVersion())) {
            throw Wire.conflict(key, "the object has changed since it was read, read it again");
        }
        var uid = Meta.of(wanted).getUid();
        if (!uid.isEmpty() && !uid.equals(Meta.of(live).getUid())) {
            throw Wire.conflict(key, "it is another object than the one with uid " + uid);
        }
        return switch (subresource) {
            case "" -> change(live, Preparation.updated(live, wanted), !named.isEmpty());
            case STATUS -> {
                if (!key.kind().statusSubresource()) {
                    throw ApiException.invalid(
                            "subresource", key.kind().name() + " has no status of its own");
                }
                var next = Preparation.statusUpdated(live, Defaults.apply(wanted));
                yield new Change(live, next, false, !named.isEmpty());
            }
            default ->
                    throw ApiException.invalid(
                            "subresource", "\"" + subresource + "\" is not known");
        };
    }

    /// A change after which nothing holds an object that is being deleted removes it.
    private static Change change(Message live, Message next, boolean compared) {
        var was = Meta.of(live);
        var held = next instanceof Pod pod && Deletion.isHeldByNode(pod);
        var released =
                was.hasDeletionTimestamp()
                        && was.getFinalizersCount() > 0
                        && Meta.of(next).getFinalizersCount() == 0
                        && !Deletion.isHeldByContent(next)
                        && !held;
        return new Change(live, next, released, compared);
    }

    private Message live(ObjectKey key) {
        return objects.get(key).orElseThrow(() -> Wire.notFound(key));
    }

    private static List<Message> read(List<ResourceObject> objects) {
        if (objects.isEmpty()) {
            throw ApiException.invalid("objects", "must not be empty");
        }
        return objects.stream().map(Wire::object).toList();
    }
}

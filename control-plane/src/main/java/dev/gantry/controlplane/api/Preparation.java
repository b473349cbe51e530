package dev.gantry.controlplane.api;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Namespace;
import dev.gantry.api.core.v1.NamespaceSpec;
import dev.gantry.api.core.v1.NamespaceStatus;
import dev.gantry.api.core.v1.Service;
import dev.gantry.api.defaulting.Defaults;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.time.Times;
import dev.gantry.api.validation.Unsupported;
import dev.gantry.api.validation.Validation;
import dev.gantry.api.validation.Violation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// What happens to an object between request and store, in this order: what the server decides is
/// set, defaults are filled in, then the rules are checked. Pure but for names and uids that are
/// drawn.
final class Preparation {
    /// Kubernetes' alphabet for generated names: no vowels, so no words, and no look-alikes.
    private static final String NAME_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private static final int NAME_LETTERS_DRAWN = 5;

    /// A generated name stays a DNS label with its letters (names.go, `maxGeneratedNameLength`).
    private static final int GENERATE_NAME_MAX = 58;

    private static final String KUBERNETES_FINALIZER = "kubernetes";

    private final RandomGenerator random;

    Preparation(RandomGenerator random) {
        this.random = random;
    }

    /// The object with a name and the right namespace.
    Message named(Message object) {
        var namespaced = Kinds.of(object).namespaced();
        return Meta.edit(
                object,
                meta -> {
                    if (!namespaced) {
                        meta.clearNamespace();
                    } else if (meta.getNamespace().isEmpty()) {
                        meta.setNamespace("default");
                    }
                    if (meta.getName().isEmpty() && !meta.getGenerateName().isEmpty()) {
                        meta.setName(drawName(meta.getGenerateName()));
                    }
                });
    }

    /// A new object: identity set, status of its own dropped, defaults filled in.
    Message created(Message object, Instant now) {
        var kind = Kinds.of(object);
        var fresh =
                kind.statusSubresource()
                        ? Meta.withStatusOf(object, object.getDefaultInstanceForType())
                        : object;
        var identified =
                Meta.edit(
                        fresh,
                        meta ->
                                meta.setUid(drawUid().toString())
                                        .setCreationTimestamp(Times.of(now))
                                        .setGeneration(1)
                                        .clearResourceVersion()
                                        .clearSelfLink()
                                        .clearDeletionTimestamp()
                                        .clearDeletionGracePeriodSeconds());
        return Defaults.apply(
                identified instanceof Namespace namespace ? held(namespace) : identified);
    }

    /// What replaces a stored object: what no request decides is kept, and generation moves when
    /// anything but metadata and status has changed.
    static Message updated(Message live, Message wanted) {
        var kept = Meta.with(wanted, keptMeta(Meta.of(live), Meta.of(wanted)));
        if (Kinds.of(live).statusSubresource()) {
            kept = Meta.withStatusOf(kept, live);
        }
        if (live instanceof Service before && kept instanceof Service after) {
            kept = ServiceAddresses.keep(before, after);
        }
        var complete = Defaults.apply(kept);
        return bare(live).equals(bare(complete))
                ? complete
                : Meta.edit(complete, meta -> meta.setGeneration(meta.getGeneration() + 1));
    }

    /// The stored object with another status and nothing else changed.
    static Message statusUpdated(Message live, Message wanted) {
        return Meta.withStatusOf(live, wanted);
    }

    /// Everything that is wrong with a new object, or with a change when `live` is given.
    static List<Violation> violations(
            Message object, @org.jspecify.annotations.Nullable Message live) {
        var all = new LinkedHashMap<String, Violation>();
        var found = new ArrayList<>(Unsupported.check(object));
        found.addAll(live == null ? Validation.create(object) : Validation.update(live, object));
        found.forEach(v -> all.putIfAbsent(v.toString(), v));
        return List.copyOf(all.values());
    }

    /// The violations of several objects as one error; returns when there are none.
    ///
    /// @param all for each object its violations, in the request's order
    static void refuse(List<ObjectKey> keys, List<List<Violation>> all) {
        var fields = new ArrayList<Violation>();
        var text = new ArrayList<String>();
        for (int i = 0; i < keys.size(); i++) {
            var prefix = keys.size() == 1 ? "" : "objects[" + i + "].";
            for (var violation : all.get(i)) {
                fields.add(
                        new Violation(
                                prefix + violation.field(),
                                violation.reason(),
                                violation.message()));
                text.add(keys.get(i) + ": " + violation);
            }
        }
        if (!fields.isEmpty()) {
            throw ApiException.invalid(String.join("\n", text), fields);
        }
    }

    private static ObjectMeta keptMeta(ObjectMeta live, ObjectMeta wanted) {
        var meta =
                wanted.toBuilder()
                        .setUid(live.getUid())
                        .setGeneration(live.getGeneration())
                        .setResourceVersion(live.getResourceVersion())
                        .clearSelfLink()
                        .clearDeletionTimestamp()
                        .clearDeletionGracePeriodSeconds();
        if (live.hasCreationTimestamp()) {
            meta.setCreationTimestamp(live.getCreationTimestamp());
        }
        if (live.hasDeletionTimestamp()) {
            meta.setDeletionTimestamp(live.getDeletionTimestamp());
        }
        if (live.hasDeletionGracePeriodSeconds()) {
            meta.setDeletionGracePeriodSeconds(live.getDeletionGracePeriodSeconds());
        }
        if (live.hasGenerateName()) {
            meta.setGenerateName(live.getGenerateName());
        }
        if (wanted.getManagedFieldsCount() == 0) {
            meta.addAllManagedFields(live.getManagedFieldsList());
        }
        return meta.build();
    }

    private static Message bare(Message object) {
        var bare = Meta.with(object, ObjectMeta.getDefaultInstance());
        return Meta.withStatusOf(bare, bare.getDefaultInstanceForType());
    }

    /// A namespace goes only after its content: the finalizer holds it until then.
    private static Namespace held(Namespace namespace) {
        return namespace.toBuilder()
                .setSpec(NamespaceSpec.newBuilder().addFinalizers(KUBERNETES_FINALIZER))
                .setStatus(NamespaceStatus.newBuilder().setPhase("Active"))
                .build();
    }

    private String drawName(String prefix) {
        var name = new StringBuilder(prefix);
        name.setLength(Math.min(prefix.length(), GENERATE_NAME_MAX));
        for (int i = 0; i < NAME_LETTERS_DRAWN; i++) {
            name.append(NAME_LETTERS.charAt(random.nextInt(NAME_LETTERS.length())));
        }
        return name.toString();
    }

    /// A uid of version 4 (RFC 9562) from the injected random.
    private UUID drawUid() {
        var high = (random.nextLong() & 0xffffffffffff0fffL) | 0x4000L;
        var low = (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
        return new UUID(high, low);
    }
}

package dev.gantry.controlplane.apply;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.meta.v1.FieldsV1;
import dev.gantry.api.meta.v1.ManagedFieldsEntry;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.time.Times;
import java.time.Instant;

/// Server-side apply: what a manager's manifest names is set, what it named before and names no
/// longer is removed, and the rest stays. Which fields were named stands in
/// `metadata.managedFields`.
///
/// Messages that a manifest names are owned as such (`.`), which Kubernetes does for lists and maps
/// only: so a probe that leaves the manifest goes as a whole, with the defaults inside that nobody
/// owns.
public final class ServerSideApply {
    private static final String APPLY = "Apply";
    private static final String FIELDS_TYPE = "FieldsV1";

    private ServerSideApply() {}

    /// What a manifest is stored as where nothing is stored yet, before defaults.
    public static Message create(Message manifest, String manager, Instant now) {
        // A repeated key is refused here too, although there is nothing to merge with.
        var empty = manifest.getDefaultInstanceForType();
        var checked = Merge.over(empty, manifest, FieldSet.EMPTY, "");
        return own(checked, Fields.of(manifest), manager, now);
    }

    /// What is stored after a manager has applied a manifest, before defaults. Equal to `live` when
    /// the manifest says nothing new.
    ///
    /// @throws ApplyException when the manifest or the stored ownership is unusable
    public static Message merge(Message live, Message manifest, String manager, Instant now) {
        var before = FieldSet.EMPTY;
        var others = FieldSet.EMPTY;
        for (var entry : Meta.of(live).getManagedFieldsList()) {
            if (isOf(entry, manager)) {
                before = FieldSet.ofFieldsV1(entry.getFieldsV1().getRaw());
            } else if (entry.hasFieldsV1()) {
                others = others.union(FieldSet.ofFieldsV1(entry.getFieldsV1().getRaw()));
            }
        }
        var owned = Fields.of(manifest);
        var merged = Merge.over(live, onlyOwned(manifest), others, "");
        var pruned = Prune.of(merged, before, owned, others);
        return before.equals(owned) ? pruned : own(pruned, owned, manager, now);
    }

    /// The manifest without what no manifest decides: identity, what the server keeps, and status.
    private static Message onlyOwned(Message manifest) {
        var stripped =
                Meta.edit(
                        manifest,
                        meta ->
                                meta.clearName()
                                        .clearGenerateName()
                                        .clearNamespace()
                                        .clearSelfLink()
                                        .clearUid()
                                        .clearResourceVersion()
                                        .clearGeneration()
                                        .clearCreationTimestamp()
                                        .clearDeletionTimestamp()
                                        .clearDeletionGracePeriodSeconds()
                                        .clearManagedFields());
        return Meta.withStatusOf(stripped, stripped.getDefaultInstanceForType());
    }

    private static Message own(Message object, FieldSet owned, String manager, Instant now) {
        return Meta.edit(object, meta -> own(meta, object, owned, manager, now));
    }

    private static void own(
            ObjectMeta.Builder meta, Message object, FieldSet owned, String manager, Instant now) {
        var entry =
                ManagedFieldsEntry.newBuilder()
                        .setManager(manager)
                        .setOperation(APPLY)
                        .setApiVersion(Kinds.of(object).apiVersion())
                        .setTime(Times.of(now))
                        .setFieldsType(FIELDS_TYPE)
                        .setFieldsV1(FieldsV1.newBuilder().setRaw(owned.toFieldsV1()))
                        .build();
        for (int i = 0; i < meta.getManagedFieldsCount(); i++) {
            if (isOf(meta.getManagedFields(i), manager)) {
                meta.setManagedFields(i, entry);
                return;
            }
        }
        meta.addManagedFields(entry);
    }

    private static boolean isOf(ManagedFieldsEntry entry, String manager) {
        return entry.getOperation().equals(APPLY) && entry.getManager().equals(manager);
    }
}

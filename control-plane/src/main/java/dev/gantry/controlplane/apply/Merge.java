package dev.gantry.controlplane.apply;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Lays what a manifest names over what is stored.
final class Merge {
    private Merge() {}

    /// `live` with every field of `manifest`.
    ///
    /// @param others what managers other than the manifest's own hold: kept where members exclude
    ///   each other
    static Message over(Message live, Message manifest, FieldSet others, String path) {
        var merged = live.toBuilder();
        if (Schema.isExclusive(live.getDescriptorForType())) {
            for (var field : live.getAllFields().keySet()) {
                if (!manifest.getAllFields().containsKey(field)
                        && others.at(Schema.element(field)).isEmpty()) {
                    merged.clearField(field);
                }
            }
        }
        manifest.getAllFields()
                .forEach((field, value) -> {
                    var flat = Schema.isFlat(field);
                    var below = flat ? others : others.at(Schema.element(field));
                    var name = field.getName();
                    var place = path.isEmpty() ? name : path + "." + name;
                    merge(merged, field, value, below, flat ? path : place);
                });
        return merged.build();
    }

    private static void merge(
            Message.Builder merged,
            FieldDescriptor field,
            Object value,
            FieldSet others,
            String path) {
        if (field.isMapField()) {
            var live = (List<?>) merged.getField(field);
            merged.setField(field, Schema.isAtomicMap(field) ? value : maps(live, (List<?>) value));
        } else if (field.isRepeated() && Schema.isSet(field)) {
            merged.setField(field, sets((List<?>) merged.getField(field), (List<?>) value));
        } else if (field.isRepeated() && !Schema.keys(field).isEmpty()) {
            var live = items(field, (List<?>) merged.getField(field), null);
            var wanted = items(field, (List<?>) value, path);
            merged.setField(field, lists(live, wanted, others, path));
        } else if (!field.isRepeated() && Schema.isMerged(field)) {
            var live = (Message) merged.getField(field);
            merged.setField(field, over(live, (Message) value, others, path));
        } else {
            merged.setField(field, value);
        }
    }

    private static List<Object> maps(List<?> live, List<?> wanted) {
        var entries = new LinkedHashMap<Object, Object>();
        live.forEach(e -> entries.put(((MapEntry<?, ?>) e).getKey(), e));
        wanted.forEach(e -> entries.put(((MapEntry<?, ?>) e).getKey(), e));
        return new ArrayList<>(entries.values());
    }

    private static List<Object> sets(List<?> live, List<?> wanted) {
        var values = new ArrayList<Object>(live);
        wanted.stream().filter(v -> !values.contains(v)).forEach(values::add);
        return values;
    }

    /// The manifest's items in its order; each other item stays behind the one it stood behind.
    private static List<Message> lists(
            SequencedMap<PathElement.Item, Message> live,
            SequencedMap<PathElement.Item, Message> wanted,
            FieldSet others,
            String path) {
        var merged = new ArrayList<Message>();
        var followers = new LinkedHashMap<PathElement.Item, List<Message>>();
        PathElement.@Nullable Item anchor = null;
        for (Map.Entry<PathElement.Item, Message> entry : live.entrySet()) {
            if (wanted.containsKey(entry.getKey())) {
                anchor = entry.getKey();
            } else if (anchor == null) {
                merged.add(entry.getValue());
            } else {
                followers.computeIfAbsent(anchor, _ -> new ArrayList<>()).add(entry.getValue());
            }
        }
        wanted.forEach((key, item) -> {
            var before = live.getOrDefault(key, item.getDefaultInstanceForType());
            var place = path + "[" + Json.write(key.keys()) + "]";
            merged.add(over(before, item, others.at(key), place));
            merged.addAll(followers.getOrDefault(key, List.of()));
        });
        return merged;
    }

    /// @param path where the list stands, when a key that comes twice is the caller's mistake; null
    ///   to let the first of two stand, as stored objects may have both
    private static SequencedMap<PathElement.Item, Message> items(
            FieldDescriptor field, List<?> items, @Nullable String path) {
        var byKey = new LinkedHashMap<PathElement.Item, Message>();
        for (var item : items) {
            var key = Schema.item(field, (Message) item);
            if (byKey.putIfAbsent(key, (Message) item) != null && path != null) {
                throw new ApplyException(path, "has two items with " + Json.write(key.keys()));
            }
        }
        return byKey;
    }
}

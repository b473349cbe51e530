package dev.gantry.controlplane.apply;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Kubernetes' strategic merge patch (apimachinery, `strategicpatch/patch.go`), as far as kubectl
/// and people write it.
final class StrategicMerge {
    private static final String DIRECTIVE = "$patch";
    private static final String RETAIN_KEYS = "$retainKeys";
    private static final String DELETE_FROM_SET = "$deleteFromPrimitiveList/";
    private static final String ORDER = "$setElementOrder/";

    private StrategicMerge() {}

    /// The fields of a message as JSON names them: those of flat members among their owner's.
    static Map<String, FieldDescriptor> shape(@Nullable Descriptor type) {
        var fields = new LinkedHashMap<String, FieldDescriptor>();
        if (type != null) {
            for (var field : type.getFields()) {
                if (Schema.isFlat(field)) {
                    fields.putAll(shape(field.getMessageType()));
                } else {
                    fields.put(field.getName(), field);
                }
            }
        }
        return fields;
    }

    static Map<String, Object> apply(
            Map<String, Object> target,
            Map<String, Object> patch,
            Map<String, FieldDescriptor> shape) {
        var directive = patch.get(DIRECTIVE);
        if ("replace".equals(directive)) {
            var whole = new LinkedHashMap<>(patch);
            whole.remove(DIRECTIVE);
            return whole;
        }
        if ("delete".equals(directive)) {
            return Map.of();
        }
        var merged = new LinkedHashMap<>(target);
        if (patch.get(RETAIN_KEYS) instanceof List<?> retained) {
            merged.keySet().retainAll(retained);
        }
        patch.forEach((key, value) -> merge(merged, key, value, shape));
        return merged;
    }

    private static void merge(
            Map<String, Object> merged,
            String key,
            Object value,
            Map<String, FieldDescriptor> shape) {
        if (key.startsWith(DELETE_FROM_SET)) {
            var name = key.substring(DELETE_FROM_SET.length());
            if (merged.get(name) instanceof List<?> list && value instanceof List<?> gone) {
                merged.put(name, list.stream().filter(v -> !gone.contains(v)).toList());
            }
            return;
        }
        if (key.startsWith(ORDER) || key.equals(DIRECTIVE) || key.equals(RETAIN_KEYS)) {
            return;
        }
        if (value.equals(Json.NULL)) {
            merged.remove(key);
            return;
        }
        var field = shape.get(key);
        switch (value) {
            case Map<?, ?> map ->
                    merged.put(
                            key,
                            apply(
                                    merged.get(key) instanceof Map<?, ?> below
                                            ? Json.object(below)
                                            : Map.of(),
                                    Json.object(map),
                                    below(field)));
            case List<?> list when field != null ->
                    merged.put(
                            key,
                            merged.get(key) instanceof List<?> present
                                    ? lists(present, list, field)
                                    : plain(list));
            default -> merged.put(key, value);
        }
    }

    private static Map<String, FieldDescriptor> below(@Nullable FieldDescriptor field) {
        return field == null
                        || field.isMapField()
                        || field.getJavaType() != FieldDescriptor.JavaType.MESSAGE
                ? Map.of()
                : shape(field.getMessageType());
    }

    private static List<?> lists(List<?> target, List<?> patch, FieldDescriptor field) {
        var keys = Schema.keys(field);
        if (Schema.isSet(field)) {
            var all = new ArrayList<Object>(target);
            patch.stream().filter(v -> !all.contains(v)).forEach(all::add);
            return all;
        }
        if (keys.isEmpty() || patch.stream().anyMatch(StrategicMerge::replacesAll)) {
            return plain(patch);
        }
        var items = new LinkedHashMap<Map<String, Object>, Map<String, Object>>();
        for (var item : target) {
            if (item instanceof Map<?, ?> map) {
                items.put(identity(map, keys), Json.object(map));
            }
        }
        for (var item : patch) {
            if (!(item instanceof Map<?, ?> map)) {
                throw new ApplyException(field.getName(), "its items must be objects");
            }
            var identity = identity(map, keys);
            var merged =
                    apply(items.getOrDefault(identity, Map.of()), Json.object(map), below(field));
            if (merged.isEmpty()) {
                items.remove(identity);
            } else {
                items.put(identity, merged);
            }
        }
        return List.copyOf(items.values());
    }

    private static boolean replacesAll(Object item) {
        return item instanceof Map<?, ?> map && "replace".equals(map.get(DIRECTIVE));
    }

    /// A list that is taken whole, without its directives.
    private static List<?> plain(List<?> list) {
        return list.stream()
                .filter(item -> !(item instanceof Map<?, ?> map && map.containsKey(DIRECTIVE)))
                .toList();
    }

    private static Map<String, Object> identity(Map<?, ?> item, List<String> keys) {
        var identity = new TreeMap<String, Object>();
        for (var key : keys) {
            identity.put(key, Objects.requireNonNullElse(item.get(key), Schema.keyDefault(key)));
        }
        return identity;
    }
}

package dev.gantry.controlplane.apply;

import com.google.protobuf.Descriptors.Descriptor;
import java.util.LinkedHashMap;
import java.util.Map;

/// The three kinds of patch, from JSON text to JSON text.
public final class Patches {
    private Patches() {}

    /// RFC 6902.
    ///
    /// @throws ApplyException when the patch is malformed, misses its place, or a test fails
    public static String json(String object, String patch) {
        return Json.write(JsonPatch.apply(Json.read(object), Json.read(patch)));
    }

    /// RFC 7386: what the patch names is set, null removes, lists are taken whole.
    public static String merge(String object, String patch) {
        return Json.write(merge(Json.read(object), requireObject(patch)));
    }

    /// Kubernetes' strategic merge patch: as [#merge], but lists with keys are merged by them and
    /// `$patch`, `$retainKeys` and `$deleteFromPrimitiveList` are understood.
    ///
    /// @param type of the object, which says which lists have keys
    public static String strategic(String object, String patch, Descriptor type) {
        return Json.write(
                StrategicMerge.apply(
                        requireObject(object), requireObject(patch), StrategicMerge.shape(type)));
    }

    private static Object merge(Object target, Object patch) {
        if (!(patch instanceof Map<?, ?> changes)) {
            return patch;
        }
        var merged = new LinkedHashMap<String, Object>();
        if (target instanceof Map<?, ?> present) {
            present.forEach((k, v) -> merged.put(String.valueOf(k), v));
        }
        changes.forEach((k, v) -> {
            var key = String.valueOf(k);
            if (Json.NULL.equals(v)) {
                merged.remove(key);
            } else {
                merged.put(key, merge(merged.getOrDefault(key, Json.NULL), v));
            }
        });
        return merged;
    }

    private static Map<String, Object> requireObject(String text) {
        if (!(Json.read(text) instanceof Map<?, ?> map)) {
            throw new ApplyException("", "must be a JSON object");
        }
        return Json.object(map);
    }
}

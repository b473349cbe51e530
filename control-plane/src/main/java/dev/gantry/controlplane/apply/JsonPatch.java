package dev.gantry.controlplane.apply;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// JSON patch (RFC 6902) with JSON pointers (RFC 6901).
final class JsonPatch {
    /// Kubernetes takes 10,000; a patch of a person has a few.
    private static final int OPERATIONS_MAX = 10_000;

    private JsonPatch() {}

    static Object apply(Object document, Object patch) {
        if (!(patch instanceof List<?> operations)) {
            throw new ApplyException("", "a JSON patch is a list of operations");
        }
        if (operations.size() > OPERATIONS_MAX) {
            throw new ApplyException("", "has more than " + OPERATIONS_MAX + " operations");
        }
        var result = document;
        for (int i = 0; i < operations.size(); i++) {
            if (!(operations.get(i) instanceof Map<?, ?> operation)) {
                throw new ApplyException("[" + i + "]", "is no operation");
            }
            result = apply(result, operation, "[" + i + "]");
        }
        return result;
    }

    private static Object apply(Object document, Map<?, ?> operation, String place) {
        var path = pointer(operation, "path", place);
        return switch (String.valueOf(operation.get("op"))) {
            case "add" -> put(document, path, 0, value(operation, place), true, place);
            case "replace" -> {
                get(document, path, place);
                yield put(document, path, 0, value(operation, place), false, place);
            }
            case "remove" -> remove(document, path, 0, place);
            case "move" -> {
                var from = pointer(operation, "from", place);
                var moved = get(document, from, place);
                yield put(remove(document, from, 0, place), path, 0, moved, true, place);
            }
            case "copy" -> {
                var copied = get(document, pointer(operation, "from", place), place);
                yield put(document, path, 0, copied, true, place);
            }
            case "test" -> {
                if (!Objects.equals(get(document, path, place), value(operation, place))) {
                    throw new ApplyException(place, "the test of " + text(path) + " failed");
                }
                yield document;
            }
            default ->
                    throw new ApplyException(
                            place, "op must be add, remove, replace, move, copy or test");
        };
    }

    private static Object value(Map<?, ?> operation, String place) {
        var value = operation.get("value");
        if (value == null) {
            throw new ApplyException(place, "value is missing");
        }
        return value;
    }

    private static List<String> pointer(Map<?, ?> operation, String field, String place) {
        if (!(operation.get(field) instanceof String text)
                || !(text.isEmpty() || text.startsWith("/"))) {
            throw new ApplyException(place, field + " must be a JSON pointer");
        }
        var steps = new ArrayList<String>();
        if (!text.isEmpty()) {
            for (var step : text.substring(1).split("/", -1)) {
                steps.add(step.replace("~1", "/").replace("~0", "~"));
            }
        }
        return steps;
    }

    private static Object get(Object document, List<String> path, String place) {
        Object at = document;
        for (var step : path) {
            at =
                    switch (at) {
                        case Map<?, ?> map when map.containsKey(step) ->
                                Objects.requireNonNullElse(map.get(step), Json.NULL);
                        case List<?> list -> list.get(index(step, list.size() - 1, place, path));
                        default -> throw missing(path, place);
                    };
        }
        return at;
    }

    private static Object put(
            Object at, List<String> path, int depth, Object value, boolean insert, String place) {
        if (depth == path.size()) {
            return value;
        }
        var step = path.get(depth);
        var last = depth == path.size() - 1;
        return switch (at) {
            case Map<?, ?> map when last || map.containsKey(step) -> {
                var copy = Json.object(map);
                var below = copy.getOrDefault(step, Json.NULL);
                copy.put(step, put(below, path, depth + 1, value, insert, place));
                yield copy;
            }
            case List<?> list -> {
                var copy = new ArrayList<Object>(list);
                if (last && insert) {
                    var end = list.size();
                    copy.add(step.equals("-") ? end : index(step, end, place, path), value);
                } else {
                    var index = index(step, list.size() - 1, place, path);
                    copy.set(index, put(list.get(index), path, depth + 1, value, insert, place));
                }
                yield copy;
            }
            default -> throw missing(path, place);
        };
    }

    private static Object remove(Object at, List<String> path, int depth, String place) {
        if (depth == path.size()) {
            throw new ApplyException(place, "the whole object cannot be removed");
        }
        var step = path.get(depth);
        var last = depth == path.size() - 1;
        return switch (at) {
            case Map<?, ?> map when map.containsKey(step) -> {
                var copy = Json.object(map);
                if (last) {
                    copy.remove(step);
                } else {
                    var below = copy.getOrDefault(step, Json.NULL);
                    copy.put(step, remove(below, path, depth + 1, place));
                }
                yield copy;
            }
            case List<?> list -> {
                var copy = new ArrayList<Object>(list);
                var index = index(step, list.size() - 1, place, path);
                if (last) {
                    copy.remove(index);
                } else {
                    copy.set(index, remove(list.get(index), path, depth + 1, place));
                }
                yield copy;
            }
            default -> throw missing(path, place);
        };
    }

    private static int index(String step, int max, String place, List<String> path) {
        if (step.matches("0|[1-9][0-9]{0,8}")) {
            var index = Integer.parseInt(step);
            if (index <= max) {
                return index;
            }
        }
        throw missing(path, place);
    }

    private static ApplyException missing(List<String> path, String place) {
        return new ApplyException(place, text(path) + " does not exist");
    }

    private static String text(List<String> path) {
        return "/" + String.join("/", path);
    }
}

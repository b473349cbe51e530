package dev.gantry.api.codec;

import java.util.Map;

/// Where each field of a manifest stands in its file.
///
/// @param file the file's name, may be empty
/// @param byField a position for each field path, such as `spec.containers[0].image`; the object's
///   own is `""`
public record Positions(String file, Map<String, Position> byField) {
    /// The positions of an object that was read from no file.
    public static final Positions NONE = new Positions("", Map.of());

    /// The field's position; for a field that the manifest leaves out, that of the nearest one
    /// around it.
    public Position of(String field) {
        String path = field;
        while (true) {
            Position position = byField.get(path);
            if (position != null) {
                return position;
            }
            if (path.isEmpty()) {
                return Position.UNKNOWN;
            }
            int cut = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
            path = cut < 0 ? "" : path.substring(0, cut);
        }
    }

    /// A problem with a field, at its place.
    public Problem problem(String field, String message) {
        return new Problem(file, of(field), field, message);
    }
}

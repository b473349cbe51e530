package dev.gantry.api.codec;

import java.util.List;

/// Reads manifest files: YAML of one or many documents, or JSON; a `List` yields its items.
public final class ManifestReader {
    private ManifestReader() {}

    /// Reads a file strictly.
    ///
    /// @param file what messages call the file
    /// @return its objects in the file's order; empty when it has none
    /// @throws ManifestException with all problems of the file
    public static List<Manifest> read(String file, byte[] text) {
        return read(file, text, Strictness.STRICT);
    }

    /// Reads a file.
    ///
    /// @throws ManifestException with all problems of the file
    public static List<Manifest> read(String file, byte[] text, Strictness strictness) {
        return List.of();
    }
}

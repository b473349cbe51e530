package dev.gantry.controlplane.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/// Which build this is.
///
/// @param commit empty when the build did not know it
public record Version(String number, String commit) {

    /// What the build wrote beside the classes.
    public static Version ofBuild() {
        var properties = new Properties();
        try (var stream = Version.class.getResourceAsStream("/gantry-server.properties")) {
            if (stream != null) {
                properties.load(stream);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("failed to read the build's version", e);
        }
        return new Version(
                properties.getProperty("version", "unknown"), properties.getProperty("commit", ""));
    }
}

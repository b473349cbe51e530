package dev.gantry.agent.container;

import java.nio.file.Path;

/// Where the native runtime keeps its things.
///
/// @param directory its own directory, made when it is missing
/// @param shim the shim's program file
/// @param cgroupRoot name of our control group, such as `gantry`; several agents on one machine
///   need several
public record RuntimeConfig(Path directory, Path shim, String cgroupRoot) {
    public RuntimeConfig {
        directory = directory.toAbsolutePath();
    }
}

package dev.gantry.agent.image;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an image says about how to run it (OCI image-spec config.md; Docker's config is a
/// superset). All of it is outside text: bounded in size, not yet judged. Labels in particular are
/// only data.
///
/// @param env `NAME=value` each
/// @param user as in a Dockerfile's USER (`1000`, `www:www`); empty means root
/// @param workingDirectory empty means `/`
/// @param volumes paths that want storage outside the image
/// @param stopSignal as written (`SIGTERM`, `15`); empty means the default
/// @param exposedPorts `80/tcp`
/// @param healthcheck null when the image has none
/// @param created null when unknown
public record ImageConfig(
        String os,
        String architecture,
        String variant,
        List<String> env,
        List<String> entrypoint,
        List<String> command,
        String user,
        String workingDirectory,
        List<String> volumes,
        String stopSignal,
        List<String> exposedPorts,
        Map<String, String> labels,
        @Nullable Healthcheck healthcheck,
        @Nullable Instant created) {

    public ImageConfig {
        env = List.copyOf(env);
        entrypoint = List.copyOf(entrypoint);
        command = List.copyOf(command);
        volumes = List.copyOf(volumes);
        exposedPorts = List.copyOf(exposedPorts);
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }

    /// Docker's HEALTHCHECK; a zero duration or count means the default.
    ///
    /// @param test `NONE`, `CMD` and arguments, or `CMD-SHELL` and a line
    public record Healthcheck(
            List<String> test,
            Duration interval,
            Duration timeout,
            Duration startPeriod,
            int retries) {
        public Healthcheck {
            test = List.copyOf(test);
        }
    }
}

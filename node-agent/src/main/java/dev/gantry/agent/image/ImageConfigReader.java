package dev.gantry.agent.image;

import dev.gantry.agent.image.Json.JsonException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads an image's config blob (OCI image-spec config.md). Bounded: see [#LIST_MAX], [#TEXT_MAX].
final class ImageConfigReader {
    static final int LIST_MAX = 4096;
    static final int TEXT_MAX = 128 * 1024;

    private ImageConfigReader() {}

    /// @param diffIds of the layers, base first
    record Parsed(ImageConfig config, List<Digest> diffIds) {}

    /// Throws [JsonException] with a plain message.
    static Parsed read(byte[] bytes) {
        Json document = Json.parse(bytes);
        Json run = document.at("config");
        ImageConfig config =
                new ImageConfig(
                        document.at("os").text(),
                        document.at("architecture").text(),
                        document.at("variant").text(),
                        bounded("Env", run.at("Env").strings()),
                        bounded("Entrypoint", run.at("Entrypoint").strings()),
                        bounded("Cmd", run.at("Cmd").strings()),
                        run.at("User").text(),
                        run.at("WorkingDir").text(),
                        bounded("Volumes", List.copyOf(run.at("Volumes").object().keySet())),
                        run.at("StopSignal").text(),
                        bounded(
                                "ExposedPorts",
                                List.copyOf(run.at("ExposedPorts").object().keySet())),
                        labels(run.at("Labels")),
                        healthcheck(run.at("Healthcheck")),
                        created(document.at("created").text()));
        List<Digest> diffIds =
                document.at("rootfs").at("diff_ids").items().stream().map(Json::digest).toList();
        return new Parsed(config, diffIds);
    }

    private static List<String> bounded(String field, List<String> values) {
        if (values.size() > LIST_MAX) {
            throw new JsonException(field + " has more than " + LIST_MAX + " values", null);
        }
        for (String value : values) {
            if (value.length() > TEXT_MAX || value.indexOf('\0') >= 0) {
                throw new JsonException(field + " has a value too long or with a NUL", null);
            }
        }
        return values;
    }

    private static Map<String, String> labels(Json labels) {
        Map<String, String> read = new LinkedHashMap<>();
        labels.object().keySet().forEach(name -> read.put(name, labels.at(name).text()));
        bounded("Labels", List.copyOf(read.keySet()));
        bounded("Labels", List.copyOf(read.values()));
        return read;
    }

    private static ImageConfig.@Nullable Healthcheck healthcheck(Json check) {
        if (check.absent()) {
            return null;
        }
        return new ImageConfig.Healthcheck(
                bounded("Healthcheck", check.at("Test").strings()),
                Duration.ofNanos(check.at("Interval").number()),
                Duration.ofNanos(check.at("Timeout").number()),
                Duration.ofNanos(check.at("StartPeriod").number()),
                Math.clamp(check.at("Retries").number(), 0, Integer.MAX_VALUE));
    }

    private static @Nullable Instant created(String text) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            // A date that nobody can read is no reason not to run the image.
            return null;
        }
    }
}

package dev.gantry.agent.pod;

import dev.gantry.agent.spec.PodPaths;
import dev.gantry.api.core.v1.Container;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;

/// What a container leaves behind for its status: its termination message file, else (when its
/// policy says so) the end of its log. Bounds are Kubernetes'.
final class LastWords {
    private static final int FILE_MAX = 4096;
    private static final int LOG_BYTES_MAX = 2048;
    private static final int LOG_LINES_MAX = 80;
    private static final int TAIL_READ = 16 << 10;

    String of(Container container, PodPaths paths, int attempt, boolean failed) {
        var text = tail(paths.termination(container.getName(), attempt), FILE_MAX);
        boolean fallback = container.getTerminationMessagePolicy().equals("FallbackToLogsOnError");
        if (text.isEmpty() && failed && fallback) {
            return log(paths.log(container.getName(), attempt));
        }
        return text;
    }

    private static String log(Path file) {
        var lines = new ArrayList<String>();
        for (var line : tail(file, TAIL_READ).lines().toList()) {
            // TIME STREAM TAG CONTENT; the first line may have been cut.
            var parts = line.split(" ", 4);
            if (parts.length == 4) {
                lines.add(parts[3]);
            }
        }
        var last = lines.subList(Math.max(0, lines.size() - LOG_LINES_MAX), lines.size());
        var text = String.join("\n", last);
        return text.length() > LOG_BYTES_MAX ? text.substring(text.length() - LOG_BYTES_MAX) : text;
    }

    /// The last bytes of a regular file; nothing when the container put something else in its
    /// place.
    private static String tail(Path file, int max) {
        if (!Files.isRegularFile(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return "";
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long start = Math.max(0, channel.size() - max);
            var bytes = java.nio.ByteBuffer.allocate(max);
            channel.position(start);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // Until the end, or the bound.
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}

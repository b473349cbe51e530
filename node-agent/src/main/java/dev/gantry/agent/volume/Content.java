package dev.gantry.agent.volume;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The files of a projected volume: relative path to bytes and mode.
public record Content(SortedMap<String, FileContent> files) {
    /// One file.
    ///
    /// @param mode permission bits
    public record FileContent(ByteString bytes, int mode) {}

    /// Copies and checks: no path leads out of the volume.
    public Content {
        files = new TreeMap<>(files);
        for (var path : files.keySet()) {
            boolean bad =
                    path.isEmpty()
                            || path.startsWith("/")
                            || java.util.List.of(path.split("/", -1)).contains("..")
                            || path.startsWith("..");
            if (bad) {
                throw new VolumeException("path \"" + path + "\" leads out of the volume");
            }
        }
    }

    static Content of(Map<String, FileContent> files) {
        return new Content(new TreeMap<>(files));
    }
}

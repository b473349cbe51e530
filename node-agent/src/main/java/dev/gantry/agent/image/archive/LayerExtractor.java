package dev.gantry.agent.image.archive;

import dev.gantry.agent.sys.FileCallException;
import dev.gantry.agent.sys.FileCalls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Unpacks layers into a directory, as containerd's archive.Apply does (OCI image-spec layer.md).
/// Owners, modes, times, devices and file capabilities are the archive's; paths and links never
/// leave the directory. One extractor serves any number of layers and threads.
public final class LayerExtractor {
    /// What becomes of `.wh.` members, which say that a lower layer's file is gone.
    public enum Whiteouts {
        /// Overlay's own marks, for a directory that will be one layer of an overlay mount.
        OVERLAY,
        /// The file is removed: the directory holds the lower layers too.
        REMOVE
    }

    private final Whiteouts whiteouts;
    private final ExtractionLimits limits;

    public LayerExtractor(Whiteouts whiteouts, ExtractionLimits limits) {
        this.whiteouts = whiteouts;
        this.limits = limits;
    }

    /// Unpacks a whole archive and reads its stream to the end. Returns the bytes of all files.
    ///
    /// @param tar uncompressed; not closed here
    /// @param directory exists and belongs to the caller alone; after an exception it holds a part
    public long extract(InputStream tar, Path directory) throws IOException {
        int root = FileCalls.openDirectory(directory.toString());
        try (TreeWalker walker = new TreeWalker(root)) {
            Extraction extraction = new Extraction(root, walker, whiteouts);
            long bytes = extractAll(tar, extraction);
            extraction.setDirectoryTimes();
            return bytes;
        } finally {
            FileCalls.closeQuietly(root);
        }
    }

    private long extractAll(InputStream tar, Extraction extraction) throws IOException {
        TarReader reader = new TarReader(tar);
        long bytes = 0;
        long entries = 0;
        TarEntry entry = reader.next();
        while (entry != null) {
            entries++;
            bytes += entry.size();
            if (entries > limits.entriesMax()) {
                throw new ArchiveException(
                        "the layer has more than " + limits.entriesMax() + " entries");
            }
            if (bytes < 0 || bytes > limits.bytesMax()) {
                throw new ArchiveException(
                        "the layer unpacks to more than " + limits.bytesMax() + " bytes");
            }
            extractOne(extraction, entry, reader);
            entry = reader.next();
        }
        drain(tar);
        return bytes;
    }

    private static void extractOne(Extraction extraction, TarEntry entry, TarReader reader)
            throws IOException {
        try {
            extraction.add(entry, reader);
        } catch (FileCallException e) {
            if (e.errno() == FileCalls.ENOSPC || e.errno() == FileCalls.EDQUOT) {
                throw e;
            }
            throw new ArchiveException(entry.shownName() + ": " + e.getMessage(), e);
        }
    }

    /// What follows the end marker is padding; it belongs to the digest all the same.
    private void drain(InputStream tar) throws IOException {
        byte[] buffer = new byte[8192];
        long bytes = 0;
        int count = tar.read(buffer);
        while (count >= 0) {
            bytes += count;
            if (bytes > limits.bytesMax()) {
                throw new ArchiveException("the layer is followed by too much padding");
            }
            count = tar.read(buffer);
        }
    }

    /// Directories' times, to be set last: their files' arrival changes them.
    static final class DirectoryTimes {
        private final Map<String, long[]> times = new LinkedHashMap<>();

        void put(String path, TarEntry entry) {
            times.put(path, new long[] {entry.seconds(), entry.nanos()});
        }

        void apply(TreeWalker walker) throws IOException {
            for (Map.Entry<String, long[]> time : times.entrySet()) {
                @Nullable Integer directory = find(walker, time.getKey());
                if (directory != null) {
                    long[] stamp = time.getValue();
                    FileCalls.setTime(directory, stamp[0], (int) stamp[1]);
                }
            }
        }

        /// Null when a later member has replaced the directory.
        private static @Nullable Integer find(TreeWalker walker, String path)
                throws FileCallException {
            try {
                return walker.directory(path, false);
            } catch (ArchiveException e) {
                return null;
            }
        }
    }
}

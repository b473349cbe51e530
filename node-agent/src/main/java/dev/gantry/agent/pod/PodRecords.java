package dev.gantry.agent.pod;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.api.v1.PodRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pods' records under `DATA/agent/pods/UID/record`. A record is replaced atomically and is on
/// disk when [#save(PodRecord)] returns. One thread writes.
public final class PodRecords {
    private static final Logger LOG = LoggerFactory.getLogger(PodRecords.class);
    private static final String RECORD = "record";

    private final Path directory;
    private final Map<String, PodRecord> saved = new HashMap<>();

    /// @param directory holds one directory for each pod
    public PodRecords(Path directory) {
        this.directory = directory;
    }

    /// The pod's own directory.
    public Path directory(String uid) {
        return directory.resolve(uid);
    }

    /// All records. One that cannot be read is left out and named in the log: its pod begins anew.
    public List<PodRecord> load() {
        var records = new ArrayList<PodRecord>();
        try {
            Files.createDirectories(directory);
            try (var children = Files.list(directory)) {
                for (var child : children.sorted().toList()) {
                    read(child.resolve(RECORD)).ifPresent(records::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("failed to list pods in " + directory, e);
        }
        records.forEach(r -> saved.put(r.getPod().getMetadata().getUid(), r));
        return records;
    }

    private static Optional<PodRecord> read(Path file) throws IOException {
        try {
            return Optional.of(PodRecord.parseFrom(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            LOG.atError().addKeyValue("path", file).setCause(e).log("pod record is damaged");
            return Optional.empty();
        }
    }

    /// Writes the record unless the disk has this one already.
    public void save(PodRecord record) {
        var uid = record.getPod().getMetadata().getUid();
        if (record.equals(saved.get(uid))) {
            return;
        }
        var file = directory(uid).resolve(RECORD);
        try {
            Files.createDirectories(directory(uid));
            var fresh = directory(uid).resolve(RECORD + ".new");
            try (var channel =
                    FileChannel.open(
                            fresh,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(record.toByteArray());
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            sync(directory(uid));
        } catch (IOException e) {
            throw new UncheckedIOException("failed to write pod record " + file, e);
        }
        saved.put(uid, record);
    }

    private static void sync(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Forgets a pod.
    public void remove(String uid) {
        saved.remove(uid);
        try {
            Files.deleteIfExists(directory(uid).resolve(RECORD));
            Files.deleteIfExists(directory(uid));
        } catch (DirectoryNotEmptyException e) {
            LOG.atWarn().addKeyValue("path", directory(uid)).log("something of a pod is left");
        } catch (IOException e) {
            throw new UncheckedIOException("failed to remove pod record of " + uid, e);
        }
    }
}

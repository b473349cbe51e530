package dev.gantry.agent.pod;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.agent.journal.Journal;
import dev.gantry.api.v1.PodRecord;
import dev.gantry.loop.LogKeys;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pods' records in one journal, `DATA/agent/pods/records`. What was saved or removed is on
/// disk when the next [#flush()] returns, all of it by one wait for the disk. One thread writes.
public final class PodRecords {
    private static final Logger LOG = LoggerFactory.getLogger(PodRecords.class);

    private final Journal journal;
    private final Map<String, ByteString> saved;
    private final Map<String, ByteString> unsaved = new HashMap<>();
    private final Set<String> removed = new HashSet<>();

    /// Reads what an earlier agent left.
    ///
    /// @param directory holds the journal beside one directory for each pod
    /// @throws UncheckedIOException when the disk refuses
    public PodRecords(Path directory) {
        this.journal = Journal.open(directory.resolve("records"));
        this.saved = new HashMap<>(journal.values());
    }

    /// All records on disk. One that cannot be read is left out and named in the log: its pod
    /// begins anew.
    public List<PodRecord> load() {
        var records = new ArrayList<PodRecord>();
        journal.values().forEach((uid, bytes) -> read(uid, bytes).ifPresent(records::add));
        return records;
    }

    private static Optional<PodRecord> read(String uid, ByteString bytes) {
        try {
            return Optional.of(PodRecord.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            LOG.atError().addKeyValue(LogKeys.POD, uid).setCause(e).log("pod record is damaged");
            return Optional.empty();
        }
    }

    /// Notes a pod's record for the next flush, unless the disk has this one already.
    public void save(PodRecord record) {
        var uid = record.getPod().getMetadata().getUid();
        var bytes = record.toByteString();
        removed.remove(uid);
        if (bytes.equals(saved.get(uid))) {
            unsaved.remove(uid);
        } else {
            unsaved.put(uid, bytes);
        }
    }

    /// Notes that a pod is forgotten.
    public void remove(String uid) {
        unsaved.remove(uid);
        if (saved.containsKey(uid)) {
            removed.add(uid);
        }
    }

    /// Makes all of it durable before it returns.
    ///
    /// @throws UncheckedIOException when the disk refuses: it is still to be flushed, then
    public void flush() {
        journal.change(unsaved, removed);
        saved.putAll(unsaved);
        saved.keySet().removeAll(removed);
        unsaved.clear();
        removed.clear();
    }
}

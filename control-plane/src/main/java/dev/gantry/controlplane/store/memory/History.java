package dev.gantry.controlplane.store.memory;

import com.google.protobuf.ByteString;
import dev.gantry.controlplane.store.Change;
import dev.gantry.controlplane.store.CompactedException;
import dev.gantry.controlplane.store.Entry;
import dev.gantry.controlplane.store.Range;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.StoreException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/// All versions of all keys since the last compaction. Belongs to a [MemoryStore], under its lock.
final class History {
    /// Each key's versions by their revision; a deletion is a version without an entry.
    private final TreeMap<String, TreeMap<Long, Optional<Entry>>> versions = new TreeMap<>();

    private final TreeMap<Long, List<Change>> changes = new TreeMap<>();

    /// What the transaction under way has changed so far.
    private List<Change> pending = new ArrayList<>();

    // A new etcd is at revision 1 as well.
    private long revision = 1;
    private long oldest;

    long revision() {
        return revision;
    }

    long oldest() {
        return oldest;
    }

    Optional<Entry> newest(String key) {
        TreeMap<Long, Optional<Entry>> own = versions.get(key);
        return own == null ? Optional.empty() : own.lastEntry().getValue();
    }

    void put(String key, ByteString value, long lease, long at) {
        long created = newest(key).map(Entry::createRevision).orElse(at);
        Entry entry = new Entry(key, value, at, created, lease);
        add(key, at, Optional.of(entry));
        pending.add(new Change.Put(entry));
    }

    void delete(String key, long at) {
        if (newest(key).isPresent()) {
            add(key, at, Optional.empty());
            pending.add(new Change.Deleted(key, at));
        }
    }

    private void add(String key, long at, Optional<Entry> version) {
        versions.computeIfAbsent(key, _ -> new TreeMap<>()).put(at, version);
    }

    /// Ends a transaction. Without a change there is no new revision.
    ///
    /// @return whether something changed
    boolean advance(long to) {
        if (pending.isEmpty()) {
            return false;
        }
        revision = to;
        changes.put(to, List.copyOf(pending));
        pending = new ArrayList<>();
        return true;
    }

    List<String> keysOf(long lease) {
        return versions.keySet().stream()
                .filter(key -> newest(key).filter(entry -> entry.lease() == lease).isPresent())
                .toList();
    }

    Range range(String prefix, long atRevision, String fromKey, int limit) {
        long at = atRevision == 0 ? revision : atRevision;
        if (at < oldest) {
            throw new CompactedException(at, oldest);
        }
        if (at > revision) {
            throw new StoreException(
                    Reason.REFUSED,
                    "failed to read at revision " + at + ": the newest is " + revision,
                    null);
        }
        String first = fromKey.compareTo(prefix) > 0 ? fromKey : prefix;
        List<Entry> entries = new ArrayList<>();
        for (var key : versions.tailMap(first, true).entrySet()) {
            if (!key.getKey().startsWith(prefix)) {
                break;
            }
            var version = key.getValue().floorEntry(at);
            if (version == null || version.getValue().isEmpty()) {
                continue;
            }
            if (entries.size() == limit) {
                return new Range(entries, at, true);
            }
            entries.add(version.getValue().get());
        }
        return new Range(entries, at, false);
    }

    /// The changes of a prefix from a revision on, and the revision to go on from after them.
    MemoryWatch.Step since(long from, String prefix) {
        List<Change> found = new ArrayList<>();
        for (List<Change> transaction : changes.tailMap(from, true).values()) {
            for (Change change : transaction) {
                if (change.key().startsWith(prefix)) {
                    found.add(change);
                }
            }
        }
        return new MemoryWatch.Step(List.copyOf(found), Math.max(from, revision + 1));
    }

    void compact(long to) {
        if (to > revision) {
            throw new StoreException(
                    Reason.REFUSED,
                    "failed to compact to revision " + to + ": the newest is " + revision,
                    null);
        }
        if (to <= oldest) {
            return;
        }
        oldest = to;
        changes.headMap(to, false).clear();
        versions.values().removeIf(own -> forgotten(own, to));
    }

    /// Drops what no read at `to` or later can see; says whether nothing is left.
    private static boolean forgotten(NavigableMap<Long, Optional<Entry>> own, long to) {
        Long visible = own.floorKey(to);
        if (visible != null) {
            own.headMap(visible, false).clear();
            if (own.firstEntry().getValue().isEmpty()) {
                own.pollFirstEntry();
            }
        }
        return own.isEmpty();
    }
}

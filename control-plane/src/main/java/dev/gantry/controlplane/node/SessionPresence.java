package dev.gantry.controlplane.node;

import dev.gantry.controlplane.store.Change;
import dev.gantry.controlplane.store.CompactedException;
import dev.gantry.controlplane.store.Range;
import dev.gantry.controlplane.store.Store;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/// Which nodes have a session, with any replica, from the session keys in the store. Thread-safe.
final class SessionPresence {
    private static final int PAGE = 1_000;

    private final Store store;
    private final InstantSource clock;
    private final BiConsumer<String, Optional<String>> listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, String> holders = new TreeMap<>();
    private final Map<String, Instant> absent = new TreeMap<>();

    /// @param listener hears of each node whose session began, changed its holder or ended (empty)
    SessionPresence(
            Store store, InstantSource clock, BiConsumer<String, Optional<String>> listener) {
        this.store = store;
        this.clock = clock;
        this.listener = listener;
    }

    /// Since when a node has had no session, as far as this replica has seen; empty while it has
    /// one.
    Optional<Instant> absentSince(String node) {
        lock.lock();
        try {
            return holders.containsKey(node)
                    ? Optional.empty()
                    : Optional.of(absent.computeIfAbsent(node, _ -> clock.instant()));
        } finally {
            lock.unlock();
        }
    }

    /// The node is no more.
    void forget(String node) {
        lock.lock();
        try {
            absent.remove(node);
        } finally {
            lock.unlock();
        }
    }

    /// Follows the keys until the thread is interrupted.
    ///
    /// @throws dev.gantry.controlplane.store.StoreException when the store fails; to be called
    ///   again
    void follow() throws InterruptedException {
        while (true) {
            long revision = readAll();
            try (var watch = store.watch(SessionKeys.PREFIX, revision + 1)) {
                while (true) {
                    watch.next().forEach(this::apply);
                }
            } catch (CompactedException _) {
                // Everything is read again: nothing was lost but time.
            }
        }
    }

    private long readAll() throws InterruptedException {
        var found = new TreeMap<String, String>();
        Range page = store.range(SessionKeys.PREFIX, 0, "", PAGE);
        long revision = page.revision();
        while (true) {
            page.entries().forEach(e -> found.put(nodeOf(e.key()), e.value().toStringUtf8()));
            if (!page.more()) {
                break;
            }
            String next = page.entries().getLast().key() + "\0";
            page = store.range(SessionKeys.PREFIX, revision, next, PAGE);
        }
        var all = new TreeSet<>(found.keySet());
        lock.lock();
        try {
            all.addAll(holders.keySet());
        } finally {
            lock.unlock();
        }
        all.forEach(node -> set(node, Optional.ofNullable(found.get(node))));
        return revision;
    }

    private void apply(Change change) {
        switch (change) {
            case Change.Put(var entry) ->
                    set(nodeOf(entry.key()), Optional.of(entry.value().toStringUtf8()));
            case Change.Deleted(var key, _) -> set(nodeOf(key), Optional.empty());
        }
    }

    private void set(String node, Optional<String> holder) {
        lock.lock();
        try {
            if (holder.isPresent()) {
                holders.put(node, holder.get());
                absent.remove(node);
            } else {
                holders.remove(node);
                absent.put(node, clock.instant());
            }
        } finally {
            lock.unlock();
        }
        listener.accept(node, holder);
    }

    private static String nodeOf(String key) {
        return key.substring(SessionKeys.PREFIX.length());
    }
}

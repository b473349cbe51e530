package dev.gantry.controlplane.cache;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.store.Change;
import dev.gantry.controlplane.store.CompactedException;
import dev.gantry.controlplane.store.Entry;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Range;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.StoreException.Reason;
import dev.gantry.controlplane.store.Watch;
import dev.gantry.controlplane.store.Write;
import dev.gantry.loop.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the cache: reads all objects once, then follows one watch of the whole store and makes a
/// new [View] of each answer. When the store has forgotten what the watch still needed, it reads
/// all anew and cuts every subscription.
final class CacheFeed implements Runnable {
    static final String EPOCH_KEY = ObjectCodec.ROOT + "meta/epoch";

    private static final Logger LOG = LoggerFactory.getLogger(CacheFeed.class);

    // The changes of a kind that a watch can be resumed over: minutes of a busy cluster, some MiB.
    private static final int WINDOW = 16_384;
    private static final int PAGE = 500;
    private static final int EPOCH_BYTES = 12;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Store store;
    private final RandomGenerator random;
    private final Timer timer;
    private final RevisionGate gate = new RevisionGate();
    private final ChangeLog all = new ChangeLog(WINDOW);
    private final Map<Kind, ChangeLog> logs = new LinkedHashMap<>();
    private volatile View view = View.empty("");
    private volatile @Nullable Watch watch;
    private volatile boolean stopped;

    CacheFeed(Store store, RandomGenerator random, Timer timer) {
        this.store = store;
        this.random = random;
        this.timer = timer;
        Kinds.all().forEach(kind -> logs.put(kind, new ChangeLog(WINDOW)));
    }

    View view() {
        return view;
    }

    RevisionGate gate() {
        return gate;
    }

    ChangeLog log(@Nullable Kind kind) {
        ChangeLog log = kind == null ? all : logs.get(kind);
        if (log == null) {
            throw new IllegalArgumentException("not a kind of object: " + kind);
        }
        return log;
    }

    void sendBookmarks() {
        all.sendBookmarks();
        logs.values().forEach(ChangeLog::sendBookmarks);
    }

    /// Reads all objects and starts to watch from there.
    void load() throws InterruptedException {
        View.Draft draft = new View.Draft(View.empty(epoch()));
        Range page = store.range(ObjectCodec.ROOT, 0, "", PAGE);
        long revision = page.revision();
        add(draft, page);
        while (page.more()) {
            // The first key after the last one.
            String from = page.entries().getLast().key() + '\0';
            page = store.range(ObjectCodec.ROOT, revision, from, PAGE);
            add(draft, page);
        }
        view = draft.finish(revision);
        all.reset(revision);
        logs.values().forEach(log -> log.reset(revision));
        gate.show(revision);
        // All keys, since then every revision of the store comes by, whatever it changed: a reader
        // that
        // waits for a revision never waits for a change that the watch does not show.
        watch = store.watch("", revision + 1);
        if (stopped) {
            close();
        }
    }

    private static void add(View.Draft draft, Range page) {
        for (Entry entry : page.entries()) {
            ObjectCodec.parse(entry.key()).ifPresent(key -> draft.set(key, decoded(key, entry)));
        }
    }

    /// An entry that cannot be read must not take the cluster's other objects with it: it is as
    /// absent as it was, and loud.
    private static @Nullable Message decoded(ObjectKey key, Entry entry) {
        try {
            return ObjectCodec.decode(key, entry);
        } catch (IllegalArgumentException e) {
            LOG.atError()
                    .addKeyValue("key", entry.key())
                    .addKeyValue("revision", entry.modRevision())
                    .setCause(e)
                    .log("stored object cannot be read, it is left out");
            return null;
        }
    }

    private String epoch() throws InterruptedException {
        byte[] drawn = new byte[EPOCH_BYTES];
        random.nextBytes(drawn);
        ByteString candidate = ByteString.copyFromUtf8(HexFormat.of().formatHex(drawn));
        while (true) {
            Optional<Entry> entry = store.get(EPOCH_KEY);
            if (entry.isPresent()) {
                return entry.get().value().toStringUtf8();
            }
            store.commit(List.of(new Write.Put(EPOCH_KEY, candidate, Expect.absent())));
        }
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                follow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    private void follow() throws InterruptedException {
        try {
            Watch current = watch;
            if (current == null) {
                load();
            } else {
                apply(current.next());
            }
        } catch (CompactedException e) {
            LOG.atWarn().setCause(e).log("cache fell behind the store's history, reading all anew");
            watch = null;
        } catch (StoreException e) {
            if (stopped || e.reason() == Reason.CLOSED) {
                stopped = true;
                return;
            }
            LOG.atWarn().setCause(e).log("cache lost the store, reading all anew");
            watch = null;
            pause();
        }
    }

    private void pause() throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        try (Timer.Scheduled _ = timer.schedule(RETRY, over::countDown)) {
            over.await();
        }
    }

    private void apply(List<Change> changes) {
        View.Draft draft = new View.Draft(view);
        List<ChangeEvent> events = new ArrayList<>();
        for (Change change : changes) {
            ObjectCodec.parse(change.key())
                    .flatMap(key -> Optional.ofNullable(event(draft, key, change)))
                    .ifPresent(events::add);
        }
        long revision = changes.getLast().revision();
        view = draft.finish(revision);
        all.append(events, revision);
        for (Map.Entry<Kind, ChangeLog> log : logs.entrySet()) {
            Kind kind = log.getKey();
            log.getValue()
                    .append(
                            events.stream().filter(e -> e.key().kind().equals(kind)).toList(),
                            revision);
        }
        gate.show(revision);
    }

    private static @Nullable ChangeEvent event(View.Draft draft, ObjectKey key, Change change) {
        Message after =
                switch (change) {
                    case Change.Put(Entry entry) -> decoded(key, entry);
                    case Change.Deleted _ -> null;
                };
        Message before = draft.set(key, after);
        if (after == null) {
            return before == null
                    ? null
                    : new ChangeEvent(
                            ChangeEvent.Type.DELETED, key, before, null, change.revision());
        }
        ChangeEvent.Type type = before == null ? ChangeEvent.Type.ADDED : ChangeEvent.Type.MODIFIED;
        return new ChangeEvent(type, key, before, after, change.revision());
    }

    void close() {
        stopped = true;
        Watch current = watch;
        if (current != null) {
            current.close();
        }
        gate.close();
        all.stop();
        logs.values().forEach(ChangeLog::stop);
    }
}

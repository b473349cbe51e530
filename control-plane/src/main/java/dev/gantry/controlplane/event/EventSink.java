package dev.gantry.controlplane.event;

import com.google.protobuf.Message;
import dev.gantry.api.core.v1.Event;
import dev.gantry.api.core.v1.ObjectReference;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.time.Times;
import dev.gantry.controlplane.cache.ObjectOutcome;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.ObjectWrite;
import dev.gantry.controlplane.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes events and stores them, those that say the same as one object with a count. Recording
/// never waits and never fails; when more than [#PENDING_MAX] different ones wait for the store,
/// further ones are dropped. Thread-safe.
///
/// Events are the same when they are about the same object (by uid) and have the same type, reason,
/// message and reporter; the name of the stored object follows from these, so that no memory of
/// earlier ones is needed and every replica finds the same one.
public final class EventSink {
    static final int PENDING_MAX = 10_000;
    private static final int BATCH_MAX = 100;
    private static final int MESSAGE_LENGTH_MAX = 1024;
    private static final int ATTEMPTS_MAX = 5;
    private static final int NAME_LENGTH_MAX = 200;

    private static final Logger LOG = LoggerFactory.getLogger(EventSink.class);

    private final ObjectStore objects;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final LinkedHashMap<ObjectKey, Event> pending = new LinkedHashMap<>();
    private long dropped;

    public EventSink(ObjectStore objects, InstantSource clock, RandomGenerator random) {
        this.objects = objects;
        this.clock = clock;
        this.random = random;
    }

    /// Something went as it should.
    ///
    /// @param about the object it happened to
    /// @param reason one word in camel case ("Scheduled")
    /// @param message a sentence without a period
    /// @param component who says it ("scheduler")
    public void normal(Message about, String reason, String message, String component) {
        record(event(about, "Normal", reason, message, component));
    }

    /// Something a person may want to see to.
    ///
    /// @param about the object it happened to
    /// @param reason one word in camel case ("FailedScheduling")
    /// @param message a sentence without a period
    /// @param component who says it ("scheduler")
    public void warning(Message about, String reason, String message, String component) {
        record(event(about, "Warning", reason, message, component));
    }

    /// Takes an event as somebody else made it. Its name, uid and missing times are filled in.
    public void record(Event event) {
        Event complete = completed(event);
        ObjectKey key = ObjectKey.of(complete);
        lock.lock();
        try {
            Event waiting = pending.get(key);
            if (waiting == null && pending.size() >= PENDING_MAX) {
                dropped++;
                return;
            }
            pending.put(key, waiting == null ? complete : merged(waiting, complete));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// How many events were dropped for want of room.
    public long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /// Stores what waits, until the thread is interrupted.
    public void run() {
        try {
            while (true) {
                awaitPending();
                flush();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Stores what waits now. Events that the store does not take are lost: nothing depends on
    /// them.
    public void flush() throws InterruptedException {
        List<Event> batch = takeBatch();
        while (!batch.isEmpty()) {
            try {
                store(batch);
            } catch (StoreException e) {
                LOG.atWarn()
                        .addKeyValue("events", batch.size())
                        .setCause(e)
                        .log("events could not be stored");
            }
            batch = takeBatch();
        }
    }

    private void awaitPending() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (pending.isEmpty()) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private List<Event> takeBatch() {
        lock.lock();
        try {
            var batch = new ArrayList<Event>();
            while (!pending.isEmpty() && batch.size() < BATCH_MAX) {
                batch.add(pending.pollFirstEntry().getValue());
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void store(List<Event> batch) throws InterruptedException {
        List<Event> left = batch;
        for (int attempt = 0; !left.isEmpty() && attempt < ATTEMPTS_MAX; attempt++) {
            var writes = new ArrayList<ObjectWrite>();
            for (Event event : left) {
                writes.add(writeOf(event));
            }
            List<ObjectOutcome> outcomes = objects.commit(writes);
            var again = new ArrayList<Event>();
            for (int i = 0; i < outcomes.size(); i++) {
                switch (outcomes.get(i)) {
                    case ObjectOutcome.Conflict _ -> again.add(left.get(i));
                    case ObjectOutcome.Failed(var cause) ->
                            LOG.atWarn()
                                    .addKeyValue("event", left.get(i).getMetadata().getName())
                                    .setCause(cause)
                                    .log("an event could not be stored");
                    case ObjectOutcome.Stored _,
                            ObjectOutcome.Deleted _,
                            ObjectOutcome.Fenced _,
                            ObjectOutcome.Abandoned _ -> {}
                }
            }
            left = again;
            if (!left.isEmpty()) {
                objects.awaitFresh();
            }
        }
    }

    private ObjectWrite writeOf(Event event) {
        Optional<Event> stored = objects.get(ObjectKey.of(event)).map(Event.class::cast);
        return stored.isPresent()
                ? new ObjectWrite.Update(merged(stored.get(), event))
                : new ObjectWrite.Create(event);
    }

    private static Event merged(Event before, Event later) {
        return before.toBuilder()
                .setCount(Math.max(1, before.getCount()) + Math.max(1, later.getCount()))
                .setLastTimestamp(later.getLastTimestamp())
                .build();
    }

    private static Event event(
            Message about, String type, String reason, String message, String component) {
        ObjectMeta meta = Meta.of(about);
        var kind = Kinds.of(about);
        var reference =
                ObjectReference.newBuilder()
                        .setApiVersion(kind.apiVersion())
                        .setKind(kind.name())
                        .setName(meta.getName())
                        .setUid(meta.getUid())
                        .setResourceVersion(meta.getResourceVersion());
        if (!meta.getNamespace().isEmpty()) {
            reference.setNamespace(meta.getNamespace());
        }
        var event =
                Event.newBuilder()
                        .setInvolvedObject(reference)
                        .setType(type)
                        .setReason(reason)
                        .setMessage(message)
                        .setReportingComponent(component);
        event.getSourceBuilder().setComponent(component);
        return event.build();
    }

    private Event completed(Event event) {
        Instant now = clock.instant();
        Event.Builder complete = event.toBuilder();
        if (event.getMessage().length() > MESSAGE_LENGTH_MAX) {
            complete.setMessage(event.getMessage().substring(0, MESSAGE_LENGTH_MAX));
        }
        if (!event.hasFirstTimestamp()) {
            complete.setFirstTimestamp(Times.of(now));
        }
        if (!event.hasLastTimestamp()) {
            complete.setLastTimestamp(Times.of(now));
        }
        complete.setCount(Math.max(1, event.getCount()));
        // An event about something without a namespace belongs to the default one, as Kubernetes
        // has it.
        String namespace = event.getInvolvedObject().getNamespace();
        String about = event.getInvolvedObject().getName();
        complete.setMetadata(
                ObjectMeta.newBuilder()
                        .setNamespace(namespace.isEmpty() ? "default" : namespace)
                        .setName(
                                about.substring(0, Math.min(about.length(), NAME_LENGTH_MAX))
                                        + "."
                                        + fingerprint(complete))
                        .setUid(new UUID(random.nextLong(), random.nextLong()).toString())
                        .setCreationTimestamp(Times.of(now)));
        return complete.build();
    }

    private static String fingerprint(Event.Builder event) {
        var parts =
                List.of(
                        event.getInvolvedObject().getKind(),
                        event.getInvolvedObject().getUid(),
                        event.getInvolvedObject().getFieldPath(),
                        event.getType(),
                        event.getReason(),
                        event.getMessage(),
                        event.getSource().getComponent(),
                        event.getSource().getHost());
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(String.join("\0", parts).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}

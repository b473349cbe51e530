package dev.gantry.controlplane.controller;

import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.controlplane.cache.ChangeEvent;
import dev.gantry.controlplane.cache.Listing;
import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.cache.Subscription;
import dev.gantry.controlplane.store.Fence;
import dev.gantry.loop.Backoff;
import dev.gantry.loop.Controller;
import dev.gantry.loop.ControllerMetrics;
import dev.gantry.loop.FaultHandler;
import dev.gantry.loop.LoopThread;
import dev.gantry.loop.WorkQueue;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/// The controllers of one leader, from its election to its end. One subscription to all objects
/// wakes them; when it is cut, everything is listed again.
///
/// [#open] makes the controllers and lists; [#startThreads] runs them. A simulation leaves the
/// threads out and steps [#controllers] itself.
public final class LeaderTerm implements AutoCloseable {

    // More keys than objects that 5,000 nodes carry: a full queue drops keys.
    private static final int QUEUE_MAX = 500_000;

    /// What a term needs from its surroundings.
    public record Surroundings(
            InstantSource clock,
            RandomGenerator random,
            FaultHandler faults,
            MeterRegistry metrics) {}

    private record Wired(ControllerSpec spec, Controller<ObjectKey> controller) {}

    private final ObjectStore objects;
    private final Surroundings around;
    private final List<Wired> wired = new ArrayList<>();
    private final List<LoopThread> loops = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    // What the controllers were told exists, so that they can be told what vanished unseen.
    private final Map<ObjectKey, Message> known = new LinkedHashMap<>();
    private volatile boolean closed;
    private volatile Subscription subscription = () -> {};

    private LeaderTerm(ObjectStore objects, Surroundings around) {
        this.objects = objects;
        this.around = around;
    }

    /// Makes the controllers and wakes each for all that exists, once this replica's cache shows
    /// all that the leaders before have written: a scheduler that starts from less takes room on
    /// nodes that is taken already.
    ///
    /// @throws InterruptedException when the caller gives up waiting; nothing is open then
    public static LeaderTerm open(
            ObjectStore objects, Fence fence, List<ControllerSpec> specs, Surroundings around)
            throws InterruptedException {
        objects.awaitRevision(fence.createRevision());
        LeaderTerm term = new LeaderTerm(objects, around);
        for (ControllerSpec spec : specs) {
            term.wired.add(new Wired(spec, term.controller(spec)));
        }
        term.listAndWatch();
        return term;
    }

    /// The controllers, in the order of their specs.
    public List<Controller<ObjectKey>> controllers() {
        return wired.stream().map(Wired::controller).toList();
    }

    /// Runs each controller on threads of its own until [#close].
    public void startThreads(ThreadFactory threads) {
        for (Wired one : wired) {
            for (int i = 0; i < one.spec().workers(); i++) {
                loops.add(LoopThread.start(one.controller(), around.clock(), threads));
            }
        }
    }

    /// Ends the subscription and waits for the threads' end.
    @Override
    public void close() {
        closed = true;
        subscription.close();
        loops.reversed().forEach(LoopThread::close);
    }

    private Controller<ObjectKey> controller(ControllerSpec spec) {
        var queue =
                new WorkQueue<ObjectKey>(
                        QUEUE_MAX, around.clock(), Backoff.CONTROLLER, around.random());
        return new Controller<>(
                spec.name(),
                queue,
                spec.reconciler(),
                around.clock(),
                around.faults(),
                new ControllerMetrics(spec.name(), around.metrics()));
    }

    // The subscription starts first: what changes while the lists are read is heard twice, never
    // missed. It is heard after the lists, which would else bring back what is gone.
    private void listAndWatch() {
        lock.lock();
        try {
            long from = objects.revision() + 1;
            subscription = objects.watch(null, "", from, new Listener());
            Map<ObjectKey, Message> vanished = new LinkedHashMap<>(known);
            for (Kind kind : Kinds.all()) {
                Listing listing = objects.list(kind, "");
                for (Message object : listing.objects()) {
                    ObjectKey key = ObjectKey.of(object);
                    vanished.remove(key);
                    var added = ChangeEvent.Type.ADDED;
                    wake(new ChangeEvent(added, key, null, object, listing.revision()));
                }
            }
            var deleted = ChangeEvent.Type.DELETED;
            vanished.forEach(
                    (key, object) -> wake(new ChangeEvent(deleted, key, object, null, from)));
        } finally {
            lock.unlock();
        }
    }

    private void wake(ChangeEvent event) {
        Message after = event.after();
        if (after == null) {
            known.remove(event.key());
        } else {
            known.put(event.key(), after);
        }
        for (Wired one : wired) {
            one.spec().wakes().accept(event, one.controller().queue()::add);
        }
    }

    private void wakeAll(List<ChangeEvent> events) {
        lock.lock();
        try {
            events.forEach(this::wake);
        } finally {
            lock.unlock();
        }
    }

    private final class Listener implements Subscription.Listener {
        @Override
        public void changed(List<ChangeEvent> events) {
            wakeAll(events);
        }

        @Override
        public void bookmark(long nextRevision) {}

        @Override
        public void closed(Subscription.Reason reason) {
            if (!closed && reason != Subscription.Reason.STOPPED) {
                listAndWatch();
            }
        }
    }
}

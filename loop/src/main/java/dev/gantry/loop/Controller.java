package dev.gantry.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes due keys from a queue and has them reconciled. It owns no thread: a [LoopThread], a test
/// or the simulation calls [#step()].
///
/// Thread-safe: several threads may step one controller; one key is never in two hands.
public final class Controller<K> {

    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);

    private final String name;
    private final WorkQueue<K> queue;
    private final Reconciler<K> reconciler;
    private final InstantSource clock;
    private final FaultHandler faults;
    private final ControllerMetrics metrics;

    /// @param name one of a fixed set: it is a metric's tag
    public Controller(
            String name,
            WorkQueue<K> queue,
            Reconciler<K> reconciler,
            InstantSource clock,
            FaultHandler faults,
            ControllerMetrics metrics) {
        this.name = name;
        this.queue = queue;
        this.reconciler = reconciler;
        this.clock = clock;
        this.faults = faults;
        this.metrics = metrics;
        metrics.watchQueue(queue);
    }

    /// The controller's name.
    public String name() {
        return name;
    }

    /// The queue that feeds it.
    public WorkQueue<K> queue() {
        return queue;
    }

    /// Handles at most one due key.
    ///
    /// @return whether there was one
    /// @throws InterruptedException when the loop is being stopped; the key is due again at once
    public boolean step() throws InterruptedException {
        Optional<K> due = queue.take();
        if (due.isEmpty()) {
            return false;
        }
        K key = due.get();
        Instant started = clock.instant();
        Outcome outcome = reconcile(key, started);
        metrics.reconciled(outcome, Duration.between(started, clock.instant()));
        switch (outcome) {
            case Outcome.Settled() -> queue.done(key);
            case Outcome.RecheckAfter(Duration delay) -> queue.doneUntil(key, delay);
            case Outcome.Retry(String reason, Throwable cause) -> {
                Duration delay = queue.retry(key);
                LOG.atDebug()
                        .addKeyValue(LogKeys.CONTROLLER, name)
                        .addKeyValue(LogKeys.KEY, key)
                        .addKeyValue(LogKeys.REASON, reason)
                        .addKeyValue(LogKeys.DELAY, delay)
                        .setCause(cause)
                        .log("reconcile will be tried again");
            }
        }
        return true;
    }

    private Outcome reconcile(K key, Instant now) throws InterruptedException {
        try {
            return reconciler.reconcile(key, now);
        } catch (InterruptedException e) {
            queue.doneUntil(key, Duration.ZERO);
            throw e;
        } catch (RuntimeException e) {
            faults.handle(name, String.valueOf(key), e);
            return new Outcome.Retry("unexpected failure", e);
        }
    }
}

package dev.gantry.loop;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/// The metrics of one controller, all registered at its start: `gantry.reconcile` (timer; tags
/// `controller`, `outcome`), `gantry.workqueue.depth` and `gantry.workqueue.dropped`.
public final class ControllerMetrics {

    private final String controller;
    private final MeterRegistry registry;
    private final Timer settled;
    private final Timer recheck;
    private final Timer retry;

    public ControllerMetrics(String controller, MeterRegistry registry) {
        this.controller = controller;
        this.registry = registry;
        this.settled = timer("settled");
        this.recheck = timer("recheck");
        this.retry = timer("retry");
    }

    void watchQueue(WorkQueue<?> queue) {
        Gauge.builder("gantry.workqueue.depth", queue, WorkQueue::depth)
                .tag("controller", controller)
                .register(registry);
        Gauge.builder("gantry.workqueue.dropped", queue, WorkQueue::droppedCount)
                .tag("controller", controller)
                .register(registry);
    }

    void reconciled(Outcome outcome, Duration took) {
        Timer timer =
                switch (outcome) {
                    case Outcome.Settled _ -> settled;
                    case Outcome.RecheckAfter _ -> recheck;
                    case Outcome.Retry _ -> retry;
                };
        timer.record(took);
    }

    private Timer timer(String outcome) {
        return Timer.builder("gantry.reconcile")
                .tag("controller", controller)
                .tag("outcome", outcome)
                .register(registry);
    }
}

package dev.gantry.e2e.simulation;

import dev.gantry.loop.Controller;
import dev.gantry.loop.SimClock;
import dev.gantry.loop.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// Steps a loop on a simulated thread, and parks by the virtual clock while nothing is due: what a
/// loop's own thread does by the real one.
final class Stepper {

    interface Step {
        boolean run() throws InterruptedException;
    }

    private final Step step;
    private final Supplier<Optional<Instant>> due;
    private final SimClock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    private boolean wakeupPending;
    private boolean stopped;

    private Stepper(Step step, Supplier<Optional<Instant>> due, SimClock clock) {
        this.step = step;
        this.due = due;
        this.clock = clock;
    }

    static Stepper of(Controller<?> controller, SimClock clock) {
        var queue = controller.queue();
        var stepper = new Stepper(controller::step, queue::nextDue, clock);
        queue.onWakeup(stepper::wake);
        return stepper;
    }

    static Stepper of(Step step, Supplier<Optional<Instant>> due, SimClock clock) {
        return new Stepper(step, due, clock);
    }

    void start(ThreadFactory threads) {
        threads.newThread(this::run).start();
    }

    void wake() {
        lock.lock();
        try {
            wakeupPending = true;
            woken.signal();
        } finally {
            lock.unlock();
        }
    }

    void stop() {
        stopped = true;
        wake();
    }

    private void run() {
        try {
            while (!stopped) {
                if (step.run()) {
                    Thread.yield();
                } else {
                    park();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void park() throws InterruptedException {
        lock.lockInterruptibly();
        Timer.Scheduled alarm = () -> {};
        try {
            Optional<Instant> next = due.get();
            if (next.isPresent()) {
                Duration left = Duration.between(clock.instant(), next.get());
                alarm = clock.schedule(left.isNegative() ? Duration.ZERO : left, this::wake);
            }
            while (!wakeupPending) {
                woken.await();
            }
            wakeupPending = false;
        } finally {
            alarm.close();
            lock.unlock();
        }
    }
}

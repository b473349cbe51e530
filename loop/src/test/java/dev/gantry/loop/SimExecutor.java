package dev.gantry.loop;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;

/// Runs virtual threads one at a time on the caller's thread, in an order drawn from a seed: each
/// place where a virtual thread parks is a place where another may run. Blocking code so runs
/// unchanged and deterministically, as long as it waits through locks, queues and the injected
/// timer, never by the real clock.
///
/// Needs `--add-opens java.base/java.lang=ALL-UNNAMED`: the JDK's builder of virtual threads takes
/// an executor, but not in its public interface (JDK 25, `ThreadBuilders.VirtualThreadBuilder`).
public final class SimExecutor implements Executor {

    private final RandomGenerator random;
    private final List<Runnable> ready = new ArrayList<>();
    private int threads;

    public SimExecutor(RandomGenerator random) {
        this.random = random;
    }

    /// Continuations are handed over here when a virtual thread may go on.
    @Override
    public void execute(Runnable continuation) {
        ready.add(continuation);
    }

    /// A factory of virtual threads that run here.
    public ThreadFactory threads() {
        return task -> builder().name("sim-" + threads++).unstarted(task);
    }

    /// Runs one thread, drawn at random, up to where it next parks.
    ///
    /// @return false when none can run
    public boolean step() {
        if (ready.isEmpty()) {
            return false;
        }
        Runnable next = ready.remove(random.nextInt(ready.size()));
        next.run();
        return true;
    }

    /// Steps until no thread can run.
    ///
    /// @throws IllegalStateException after `most` steps: something runs for ever
    public void drain(int most) {
        for (int i = 0; i < most; i++) {
            if (!step()) {
                return;
            }
        }
        throw new IllegalStateException("still not idle after " + most + " steps");
    }

    private Thread.Builder.OfVirtual builder() {
        try {
            Class<?> type = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder");
            Constructor<?> constructor = type.getDeclaredConstructor(Executor.class);
            constructor.setAccessible(true);
            return (Thread.Builder.OfVirtual) constructor.newInstance(this);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JDK has no executor for virtual threads", e);
        }
    }
}

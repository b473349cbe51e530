package dev.gantry.controlplane;

import dev.gantry.controlplane.cache.ObjectStore;
import dev.gantry.controlplane.controller.ControllerSpec;
import dev.gantry.controlplane.controller.LeaderTerm;
import dev.gantry.controlplane.controller.NoteSink;
import dev.gantry.controlplane.controller.PlanExecutor;
import dev.gantry.controlplane.deployment.DeploymentReconciler;
import dev.gantry.controlplane.endpointslice.EndpointSliceReconciler;
import dev.gantry.controlplane.garbage.GarbageReconciler;
import dev.gantry.controlplane.leader.LeaderElection;
import dev.gantry.controlplane.namespace.NamespaceReconciler;
import dev.gantry.controlplane.replicaset.ReplicaSetReconciler;
import dev.gantry.controlplane.scheduling.SchedulingReconciler;
import dev.gantry.controlplane.store.Fence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Runs the controllers and the scheduler while this replica leads. Each election is a new term
/// with controllers of its own; an old term's writes are fenced off by the store.
///
/// Called by the election's thread; a term is opened and closed on a thread of its own, one after
/// the other, so that an election is never kept waiting.
public final class LeaderDuties implements LeaderElection.Listener, AutoCloseable {

    private final ObjectStore objects;
    private final NoteSink notes;
    private final LeaderTerm.Surroundings around;
    private final ThreadFactory threads;
    private @Nullable Thread changing;
    private @Nullable Thread opening;
    private boolean closed;
    private @Nullable LeaderTerm term;

    /// @param threads makes the threads of the controllers
    public LeaderDuties(
            ObjectStore objects,
            NoteSink notes,
            LeaderTerm.Surroundings around,
            ThreadFactory threads) {
        this.objects = objects;
        this.notes = notes;
        this.around = around;
        this.threads = threads;
    }

    /// Every controller of a leader, for one term.
    public static List<ControllerSpec> controllers(
            ObjectStore objects, Fence fence, NoteSink notes, RandomGenerator random) {
        PlanExecutor executor = new PlanExecutor(objects, fence, notes);
        List<ControllerSpec> specs = new ArrayList<>();
        specs.add(SchedulingReconciler.controller(objects, fence, notes, random));
        specs.add(DeploymentReconciler.controller(objects, executor, random));
        specs.add(ReplicaSetReconciler.controller(objects, executor, random));
        specs.add(EndpointSliceReconciler.controller(objects, executor, random));
        specs.add(NamespaceReconciler.controller(objects, executor));
        specs.add(GarbageReconciler.controller(objects, executor));
        return specs;
    }

    @Override
    public synchronized void elected(Fence fence) {
        change(() -> {
            List<ControllerSpec> specs = controllers(objects, fence, notes, around.random());
            Optional<LeaderTerm> opened = opened(fence, specs);
            if (opened.isPresent()) {
                opened.get().startThreads(threads);
                setTerm(opened.get());
            }
        });
    }

    @Override
    public synchronized void deposed() {
        if (opening != null) {
            opening.interrupt();
        }
        change(() -> {});
    }

    /// Ends the term that runs, and waits for its end.
    @Override
    public void close() {
        Thread last;
        synchronized (this) {
            closed = true;
            deposed();
            last = changing;
        }
        if (last != null) {
            join(last);
        }
    }

    // Empty when this replica was deposed before its cache had caught up.
    private Optional<LeaderTerm> opened(Fence fence, List<ControllerSpec> specs) {
        synchronized (this) {
            if (closed) {
                return Optional.empty();
            }
            opening = Thread.currentThread();
        }
        try {
            return Optional.of(LeaderTerm.open(objects, fence, specs, around));
        } catch (InterruptedException _) {
            return Optional.empty();
        } finally {
            synchronized (this) {
                opening = null;
                // What came too late to interrupt the wait must not interrupt the term's start.
                var _ = Thread.interrupted();
            }
        }
    }

    // Ends the term before, then does what comes next, after all changes asked for earlier.
    private void change(Runnable next) {
        Thread before = changing;
        Thread thread =
                threads.newThread(() -> {
                    if (before != null) {
                        join(before);
                    }
                    endTerm();
                    next.run();
                });
        changing = thread;
        thread.start();
    }

    private void endTerm() {
        LeaderTerm ending;
        synchronized (this) {
            ending = term;
            term = null;
        }
        if (ending != null) {
            ending.close();
        }
    }

    private synchronized void setTerm(LeaderTerm opened) {
        term = opened;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

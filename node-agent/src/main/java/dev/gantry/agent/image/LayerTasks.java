package dev.gantry.agent.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Runs an image's layers side by side, a bounded number over all images. Platform threads: a
/// native call would hold a virtual thread's carrier.
final class LayerTasks implements AutoCloseable {
    private final ExecutorService threads;

    /// The work for one layer.
    @FunctionalInterface
    interface Task {
        void run() throws InterruptedException, IOException;
    }

    LayerTasks(int atOnce) {
        threads =
                Executors.newFixedThreadPool(
                        atOnce, Thread.ofPlatform().daemon().name("image-layer-", 0).factory());
    }

    /// Runs all; the first failure stops the rest and is thrown when none runs any more.
    void runAll(List<Task> tasks) throws InterruptedException {
        ExecutorCompletionService<@Nullable Void> completion =
                new ExecutorCompletionService<>(threads);
        List<Future<@Nullable Void>> running = new ArrayList<>();
        tasks.forEach(task ->
                running.add(
                        completion.submit(() -> {
                            task.run();
                            return null;
                        })));
        try {
            for (int i = 0; i < tasks.size(); i++) {
                completion.take().get();
            }
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } finally {
            running.forEach(task -> task.cancel(true));
        }
    }

    private static RuntimeException failure(@Nullable Throwable cause) throws InterruptedException {
        return switch (cause) {
            case null -> new IllegalStateException("a layer failed without a reason");
            case PullException pull -> pull;
            case IOException io -> Faults.of("the image", io);
            case InterruptedException stop -> throw stop;
            default -> new IllegalStateException("unexpected failure of a layer", cause);
        };
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}

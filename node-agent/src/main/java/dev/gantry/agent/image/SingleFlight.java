package dev.gantry.agent.image;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Work that several threads ask for at once is done by the first; the others get its result, or
/// its failure. When the first is interrupted, one of the others takes over.
final class SingleFlight<K, V> {
    private final ConcurrentMap<K, FutureTask<V>> flights = new ConcurrentHashMap<>();

    V run(K key, Callable<V> work) throws InterruptedException {
        while (true) {
            FutureTask<V> own = new FutureTask<>(work);
            FutureTask<V> running = flights.putIfAbsent(key, own);
            boolean leads = running == null;
            FutureTask<V> flight = running == null ? own : running;
            if (leads) {
                try {
                    own.run();
                } finally {
                    flights.remove(key, own);
                }
            }
            try {
                return flight.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof InterruptedException stop) {
                    if (leads) {
                        throw stop;
                    }
                    continue;
                }
                throw failure(e);
            } catch (CancellationException e) {
                throw new IllegalStateException("nobody cancels a flight", e);
            }
        }
    }

    private static RuntimeException failure(ExecutionException e) {
        if (e.getCause() instanceof PullException pull) {
            return new PullException(pull.reason(), String.valueOf(pull.getMessage()), pull);
        }
        return new IllegalStateException("unexpected failure in shared work", e.getCause());
    }
}

package dev.gantry.controlplane.store.etcd;

import dev.gantry.controlplane.store.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// One caller's writes on their way, each outcome in its place.
final class Request {
    private final @Nullable Outcome[] outcomes;
    private final CountDownLatch open;

    /// @param count how many outcomes there will be
    Request(int count) {
        this.outcomes = new @Nullable Outcome[count];
        this.open = new CountDownLatch(count);
    }

    /// Called once for each place, by whichever lane has the outcome; places never overlap.
    void finish(int place, List<Outcome> found) {
        for (int i = 0; i < found.size(); i++) {
            outcomes[place + i] = found.get(i);
            open.countDown();
        }
    }

    List<Outcome> await() throws InterruptedException {
        open.await();
        List<Outcome> result = new ArrayList<>(outcomes.length);
        for (Outcome outcome : outcomes) {
            if (outcome == null) {
                throw new IllegalStateException("a write without an outcome");
            }
            result.add(outcome);
        }
        return List.copyOf(result);
    }
}

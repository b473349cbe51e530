package dev.gantry.controlplane.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;

/// A listener that keeps what it heard, as lines a test can compare.
final class Heard implements Subscription.Listener {
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

    @Override
    public void changed(List<ChangeEvent> events) {
        events.forEach(event -> lines.add(event.type() + " " + event.key()));
    }

    @Override
    public void bookmark(long nextRevision) {
        lines.add("bookmark " + nextRevision);
    }

    @Override
    public void closed(Subscription.Reason reason) {
        lines.add("closed " + reason);
    }

    /// The next so many lines, in their order.
    List<String> take(int count) throws InterruptedException {
        List<String> taken = new ArrayList<>();
        while (taken.size() < count) {
            taken.add(lines.take());
        }
        return taken;
    }
}

package dev.gantry.controlplane;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Closes what was opened, in reverse order, once.
final class Shutdown implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /// Remembers a part, which is closed before all that were remembered earlier.
    synchronized <C extends AutoCloseable> C closing(C part) {
        opened.push(part);
        return part;
    }

    @Override
    @SuppressWarnings("IllegalCatch")
    public synchronized void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                // The others must be closed all the same.
                LOG.atWarn().setCause(e).log("a part did not stop cleanly");
            }
        }
    }
}

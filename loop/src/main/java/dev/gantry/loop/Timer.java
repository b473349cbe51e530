package dev.gantry.loop;

import java.time.Duration;

/// Runs actions later. A port: [ThreadTimer] in production, a virtual clock in the simulation.
public interface Timer {

    /// Runs `action` once after `delay`, on the timer's thread: it must be short and never block
    /// (add a key to a queue, start a thread).
    ///
    /// @return cancels the action when closed, if it has not run yet; closing again does nothing
    Scheduled schedule(Duration delay, Runnable action);

    /// An action that waits for its time.
    interface Scheduled extends AutoCloseable {
        @Override
        void close();
    }
}

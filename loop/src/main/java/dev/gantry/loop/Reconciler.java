package dev.gantry.loop;

import java.time.Instant;

/// Brings one key's part of the world to what is wanted.
///
/// @param <K> the key: a value with `equals`, such as an object's namespace and name
@FunctionalInterface
public interface Reconciler<K> {

    /// Reads all it needs by `key` and acts on it. Idempotent: it may run again with nothing
    /// changed, and never trusts the event that woke it. Called by one thread at a time for one
    /// key.
    ///
    /// @param now the time to decide by
    /// @throws InterruptedException when the loop is being stopped
    Outcome reconcile(K key, Instant now) throws InterruptedException;
}

package dev.gantry.controlplane.store;

import java.util.List;

/// The changes of some keys as they happen. One thread reads; any may close.
public interface Watch extends AutoCloseable {

    /// Waits for the next changes. They come in the order of their revisions, each exactly once,
    /// and changes that share a revision are never spread over two answers.
    ///
    /// @return never empty
    /// @throws CompactedException when revisions that this watch has not delivered are no longer
    ///   kept; the watch is over
    /// @throws StoreException when the watch or its store has been closed, or the store refuses it
    List<Change> next() throws InterruptedException;

    /// Ends the watch; a call of [#next] under way ends as well.
    @Override
    void close();
}

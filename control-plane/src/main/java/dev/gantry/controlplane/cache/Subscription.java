package dev.gantry.controlplane.cache;

import java.util.List;

/// A watch of objects under way.
public interface Subscription extends AutoCloseable {

    /// Ends it; the listener hears nothing afterwards, except from a call that is running already.
    @Override
    void close();

    /// Hears what a subscription finds, one call at a time, on the subscription's own thread. It
    /// may block for a while; when it falls behind the cache's window of history it is cut.
    interface Listener {

        /// Changes in the order of their revisions. The cache already shows them.
        ///
        /// @param events never empty
        void changed(List<ChangeEvent> events) throws InterruptedException;

        /// All changes before this revision have been delivered: a watch that continues this one
        /// starts at `nextRevision`. Called once when history has been caught up with, then each
        /// time [ObjectStore#sendBookmarks] is called.
        void bookmark(long nextRevision) throws InterruptedException;

        /// The watch has ended without [Subscription#close]: list again, then watch from there.
        void closed(Reason reason);
    }

    /// Why a subscription ended.
    enum Reason {
        /// The revision to start from is older than the window of history.
        COMPACTED,
        /// The listener fell behind the window of history.
        SLOW,
        /// The cache had to read the store anew, or the store's epoch changed.
        RESET,
        /// The process stops.
        STOPPED
    }
}

package dev.gantry.controlplane.cache;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads a [ChangeLog] on a thread of its own and tells a listener.
final class LogSubscription implements Subscription, Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LogSubscription.class);

    private final ChangeLog log;
    private final ChangeLog.Cursor cursor;
    private final Listener listener;

    LogSubscription(ChangeLog log, ChangeLog.Cursor cursor, Listener listener) {
        this.log = log;
        this.cursor = cursor;
        this.listener = listener;
    }

    @Override
    public void close() {
        log.close(cursor);
    }

    @Override
    public void run() {
        try {
            boolean more = true;
            while (more) {
                more = tell(log.next(cursor));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            listener.closed(Reason.STOPPED);
        } catch (RuntimeException e) {
            // A bug of the listener must end its own subscription only.
            LOG.atError().setCause(e).log("listener of a watch failed, its watch ends");
            listener.closed(Reason.STOPPED);
        }
    }

    private boolean tell(ChangeLog.Step step) throws InterruptedException {
        return switch (step) {
            case ChangeLog.Step.Changes(var events) -> {
                listener.changed(events);
                yield true;
            }
            case ChangeLog.Step.Bookmark(long nextRevision) -> {
                listener.bookmark(nextRevision);
                yield true;
            }
            case ChangeLog.Step.Ended(var reason) -> {
                listener.closed(reason);
                yield false;
            }
            case ChangeLog.Step.Closed _ -> false;
        };
    }
}

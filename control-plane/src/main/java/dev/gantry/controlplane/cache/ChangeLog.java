package dev.gantry.controlplane.cache;

import dev.gantry.controlplane.cache.Subscription.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The window of history: the last changes of one kind, or of all, as a linked list that all
/// subscriptions read at their own places. Nothing is queued for anybody: who falls behind the
/// window is cut. One thread appends.
final class ChangeLog {
    // What one call of a listener is given at most.
    private static final int BATCH_MAX = 256;

    private final int window;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    /// The node before the oldest change in the window, and the newest node.
    private Node head = new Node(null, 0);

    private Node tail = head;

    /// All changes after this revision are in the window.
    private long floor;

    private long revision;
    private long resets;
    private long bookmarks;
    private boolean stopped;

    /// @param window how many changes are kept
    ChangeLog(int window) {
        this.window = window;
    }

    private static final class Node {
        private final @Nullable ChangeEvent event;
        private final long sequence;
        private @Nullable Node next;

        Node(@Nullable ChangeEvent event, long sequence) {
            this.event = event;
            this.sequence = sequence;
        }
    }

    /// A reader's place. Belongs to one subscription's thread; guarded by the log's lock.
    static final class Cursor {
        private Node at;
        private final long from;
        private final String namespace;
        private final long resets;
        private long bookmarks;
        private boolean compacted;
        private boolean closed;

        private Cursor(Node at, long from, String namespace, long resets, long bookmarks) {
            this.at = at;
            this.from = from;
            this.namespace = namespace;
            this.resets = resets;
            this.bookmarks = bookmarks;
        }

        private boolean wants(ChangeEvent event) {
            return event.revision() >= from
                    && (namespace.isEmpty() || namespace.equals(event.key().namespace()));
        }
    }

    /// What a reader finds next.
    sealed interface Step {
        record Changes(List<ChangeEvent> events) implements Step {}

        record Bookmark(long nextRevision) implements Step {}

        record Ended(Reason reason) implements Step {}

        /// The reader closed it.
        record Closed() implements Step {}
    }

    /// Adds changes and says that all before and at this revision are in.
    void append(List<ChangeEvent> events, long upTo) {
        lock.lock();
        try {
            for (ChangeEvent event : events) {
                Node node = new Node(event, tail.sequence + 1);
                tail.next = node;
                tail = node;
            }
            while (tail.sequence - head.sequence > window && head.next != null) {
                head = head.next;
                floor = head.event == null ? floor : head.event.revision();
            }
            revision = upTo;
            if (!events.isEmpty()) {
                news.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Forgets everything: history goes on after this revision, and all readers are cut.
    void reset(long at) {
        lock.lock();
        try {
            head = new Node(null, tail.sequence + 1);
            tail = head;
            floor = at;
            revision = at;
            resets++;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void sendBookmarks() {
        lock.lock();
        try {
            bookmarks++;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void stop() {
        lock.lock();
        try {
            stopped = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// A place from which changes of a revision, inclusive, and later ones follow; 0 for the end.
    Cursor open(long from, String namespace) {
        lock.lock();
        try {
            long first = from == 0 ? revision + 1 : from;
            // One bookmark at once: it tells the listener when history is behind it.
            Cursor cursor = new Cursor(tail, first, namespace, resets, bookmarks - 1);
            if (first <= floor) {
                cursor.compacted = true;
            } else if (first <= revision) {
                cursor.at = before(first);
            }
            return cursor;
        } finally {
            lock.unlock();
        }
    }

    private Node before(long from) {
        Node node = head;
        while (node.next != null && node.next.event != null && node.next.event.revision() < from) {
            node = node.next;
        }
        return node;
    }

    void close(Cursor cursor) {
        lock.lock();
        try {
            cursor.closed = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until there is something to say to a reader.
    Step next(Cursor cursor) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Step end = ended(cursor);
                if (end != null) {
                    return end;
                }
                List<ChangeEvent> events = advance(cursor);
                if (!events.isEmpty()) {
                    return new Step.Changes(events);
                }
                if (cursor.at == tail) {
                    if (cursor.bookmarks != bookmarks) {
                        cursor.bookmarks = bookmarks;
                        return new Step.Bookmark(Math.max(revision + 1, cursor.from));
                    }
                    news.await();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Step ended(Cursor cursor) {
        if (cursor.closed) {
            return new Step.Closed();
        }
        if (stopped) {
            return new Step.Ended(Reason.STOPPED);
        }
        if (cursor.compacted) {
            return new Step.Ended(Reason.COMPACTED);
        }
        if (cursor.resets != resets) {
            return new Step.Ended(Reason.RESET);
        }
        return cursor.at.sequence < head.sequence ? new Step.Ended(Reason.SLOW) : null;
    }

    private static List<ChangeEvent> advance(Cursor cursor) {
        List<ChangeEvent> events = new ArrayList<>();
        Node next = cursor.at.next;
        while (next != null && events.size() < BATCH_MAX) {
            if (next.event != null && cursor.wants(next.event)) {
                events.add(next.event);
            }
            cursor.at = next;
            next = next.next;
        }
        return events;
    }
}

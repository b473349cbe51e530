package dev.gantry.controlplane.node;

import com.google.protobuf.ByteString;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.Write;
import dev.gantry.loop.LogKeys;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The keys that say which replica holds which node's session, all under one lease of this replica:
/// when it dies they vanish together. Thread-safe.
final class SessionKeys {
    static final String PREFIX = "/gantry/v1/sessions/";

    /// How long after its death a replica is taken to hold its sessions. The grace period of the
    /// nodes runs from then on.
    static final Duration TIME_TO_LIVE = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger(SessionKeys.class);

    private final Store store;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<NodeSession> abandoned = new ConcurrentLinkedQueue<>();
    private long lease;

    SessionKeys(Store store) {
        this.store = store;
    }

    /// Claims a node's session, whoever held it before.
    void take(NodeSession session) throws InterruptedException {
        var write =
                new Write.Put(
                        PREFIX + session.node(),
                        ByteString.copyFromUtf8(session.replica()),
                        Expect.any(),
                        null,
                        lease());
        if (store.commit(List.of(write)).getFirst() instanceof Outcome.Failed(var cause)) {
            throw cause;
        }
    }

    /// Gives a session up, unless a newer one holds the key; again later when the store is away.
    void release(NodeSession session) {
        try {
            remove(session);
        } catch (StoreException e) {
            LOG.atWarn()
                    .addKeyValue(LogKeys.NODE, session.node())
                    .setCause(e)
                    .log("the session's key could not be removed, will retry");
            abandon(session);
        } catch (InterruptedException _) {
            abandon(session);
            Thread.currentThread().interrupt();
        }
    }

    /// Lets [#keepAlive] give the session up.
    void abandon(NodeSession session) {
        abandoned.add(session);
    }

    private void remove(NodeSession session) throws InterruptedException {
        String key = PREFIX + session.node();
        var entry = store.get(key);
        if (entry.isEmpty() || !entry.get().value().toStringUtf8().equals(session.replica())) {
            return;
        }
        var expect = Expect.revision(entry.get().modRevision());
        var outcome = store.commit(List.of(new Write.Delete(key, expect))).getFirst();
        if (outcome instanceof Outcome.Failed(var cause)) {
            throw cause;
        }
    }

    /// Keeps the lease alive; to be called well within [#TIME_TO_LIVE].
    ///
    /// @return false when the lease was lost: the sessions must be claimed again
    boolean keepAlive() throws InterruptedException {
        NodeSession session = abandoned.poll();
        while (session != null) {
            abandoned.add(session);
            remove(session);
            abandoned.remove(session);
            session = abandoned.poll();
        }
        lock.lockInterruptibly();
        try {
            if (lease == 0 || store.keepAlive(lease)) {
                return true;
            }
            lease = 0;
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Gives up all sessions at once.
    void revoke() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (lease != 0) {
                store.revokeLease(lease);
                lease = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    private long lease() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (lease == 0) {
                lease = store.grantLease(TIME_TO_LIVE);
            }
            return lease;
        } finally {
            lock.unlock();
        }
    }
}

package dev.gantry.agent.session;

import dev.gantry.api.v1.AgentMessage;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// The outbox as several threads use it: any may put, the session's writer takes.
final class Mailbox {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Outbox outbox = new Outbox();

    void tell(Consumer<Outbox> note) {
        lock.lock();
        try {
            note.accept(outbox);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The next message to send; waits for it.
    AgentMessage take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Optional<AgentMessage> next = outbox.next();
            while (next.isEmpty()) {
                changed.await();
                next = outbox.next();
            }
            return next.get();
        } finally {
            lock.unlock();
        }
    }
}

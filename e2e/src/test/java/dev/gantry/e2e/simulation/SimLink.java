package dev.gantry.e2e.simulation;

import dev.gantry.agent.session.ControlPlaneLink;
import dev.gantry.api.stream.MessageStream;
import dev.gantry.api.v1.AgentMessage;
import dev.gantry.api.v1.ServerMessage;
import dev.gantry.api.v1.TunnelDown;
import dev.gantry.api.v1.TunnelUp;
import dev.gantry.loop.SimClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// One connection between an agent and a replica. Each direction keeps its order and takes its own
/// time.
final class SimLink implements ControlPlaneLink {
    private static final Duration DELAY_MAX = Duration.ofMillis(300);

    private final SimClock clock;
    private final SimPause pause;
    private final Pipe<AgentMessage> up = new Pipe<>();
    private final Pipe<ServerMessage> down = new Pipe<>();
    private final List<Runnable> hooks = new ArrayList<>();
    private boolean cut;

    SimLink(SimClock clock, SimPause pause) {
        this.clock = clock;
        this.pause = pause;
    }

    private final class Pipe<T> {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition arrived = lock.newCondition();
        private final ArrayDeque<T> messages = new ArrayDeque<>();
        private Instant last = Instant.MIN;

        void put(T message) {
            Instant at = clock.instant().plus(pause.drawn(DELAY_MAX));
            last = at.isBefore(last) ? last : at;
            var _ = clock.schedule(Duration.between(clock.instant(), last), () -> arrive(message));
        }

        private void arrive(T message) {
            lock.lock();
            try {
                messages.add(message);
                arrived.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void wake() {
            lock.lock();
            try {
                arrived.signalAll();
            } finally {
                lock.unlock();
            }
        }

        Optional<T> take() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                while (messages.isEmpty() && !cut) {
                    arrived.await();
                }
                return cut ? Optional.empty() : Optional.of(messages.removeFirst());
            } finally {
                lock.unlock();
            }
        }
    }

    // -------- the agent's end

    @Override
    public void send(AgentMessage message) {
        if (cut) {
            throw new LinkException("the link is cut");
        }
        up.put(message);
    }

    @Override
    public Optional<ServerMessage> receive() throws InterruptedException {
        Optional<ServerMessage> message = down.take();
        if (message.isEmpty()) {
            throw new LinkException("the link is cut");
        }
        return message;
    }

    @Override
    public MessageStream<TunnelDown, TunnelUp> openTunnel() {
        throw new LinkException("nobody opens tunnels here");
    }

    @Override
    public void close() {
        cut();
    }

    // -------- the replica's end

    Optional<AgentMessage> read() throws InterruptedException {
        return up.take();
    }

    void write(ServerMessage message) {
        if (!cut) {
            down.put(message);
        }
    }

    void onCut(Runnable hook) {
        if (cut) {
            hook.run();
        } else {
            hooks.add(hook);
        }
    }

    /// Breaks it for both ends; what is on its way is lost.
    void cut() {
        if (!cut) {
            cut = true;
            up.wake();
            down.wake();
            hooks.forEach(Runnable::run);
        }
    }
}

package dev.gantry.agent.container;

import dev.gantry.agent.sys.Syscalls;
import java.io.InterruptedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// One platform thread that waits for descriptors on behalf of any number of virtual threads: a
/// virtual thread that waited in the kernel itself would hold its carrier.
final class PipeWatch implements AutoCloseable {
    private static final byte[] WAKE = {1, 0, 0, 0, 0, 0, 0, 0};

    private final Syscalls syscalls;
    private final int wake;
    private final Thread thread;

    /// Guarded by itself: descriptor to who waits for it.
    private final Map<Integer, Interest> interests = new LinkedHashMap<>();

    private volatile boolean closed;

    private record Interest(boolean writing, CountDownLatch ready) {}

    PipeWatch(Syscalls syscalls) {
        this.syscalls = syscalls;
        this.wake = syscalls.eventfd();
        this.thread = Thread.ofPlatform().daemon().name("pipe-watch").unstarted(this::run);
        thread.start();
    }

    /// Waits until reading (or writing) would not block, or [#forget] is called; may return early.
    ///
    /// @throws InterruptedIOException with the flag restored
    void await(int fd, boolean writing) throws InterruptedIOException {
        CountDownLatch ready;
        synchronized (interests) {
            if (closed) {
                throw new InterruptedIOException("the runtime is closed");
            }
            ready =
                    interests
                            .computeIfAbsent(fd, _ -> new Interest(writing, new CountDownLatch(1)))
                            .ready();
            syscalls.write(wake, WAKE);
        }
        try {
            ready.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a pipe");
        }
    }

    /// Waits until reading would not block, for what takes no time that an interrupt should cut
    /// short; the flag is kept.
    void awaitReadable(int fd) {
        if (!Thread.currentThread().isVirtual()) {
            syscalls.poll(new int[] {fd}, -1);
            return;
        }
        boolean interrupted = Thread.interrupted();
        while (!closed && !syscalls.poll(new int[] {fd}, 0)[0]) {
            try {
                await(fd, false);
            } catch (InterruptedIOException e) {
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Called before a descriptor is closed: whoever waits for it wakes up. A poll that is under
    /// way keeps the file it polls, and at worst says of it what nobody waits for any more.
    void forget(int fd) {
        Interest left;
        synchronized (interests) {
            left = interests.remove(fd);
        }
        if (left != null) {
            left.ready().countDown();
        }
    }

    private void run() {
        var drain = new byte[8];
        while (!closed) {
            List<Map.Entry<Integer, Interest>> polled = interests();
            int[] fds = new int[polled.size() + 1];
            boolean[] writing = new boolean[fds.length];
            fds[0] = wake;
            for (int i = 0; i < polled.size(); i++) {
                fds[i + 1] = polled.get(i).getKey();
                writing[i + 1] = polled.get(i).getValue().writing();
            }
            boolean[] ready = syscalls.poll(fds, writing, -1);
            if (ready[0]) {
                syscalls.read(wake, drain);
            }
            for (int i = 0; i < polled.size(); i++) {
                if (ready[i + 1]) {
                    release(polled.get(i).getKey(), polled.get(i).getValue());
                }
            }
        }
    }

    private List<Map.Entry<Integer, Interest>> interests() {
        synchronized (interests) {
            return List.copyOf(new LinkedHashMap<>(interests).entrySet());
        }
    }

    /// The number may be another's by now: only what was polled is released.
    private void release(int fd, Interest polled) {
        synchronized (interests) {
            interests.remove(fd, polled);
        }
        polled.ready().countDown();
    }

    @Override
    public void close() {
        synchronized (interests) {
            closed = true;
            syscalls.write(wake, WAKE);
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (interests) {
            interests.values().forEach(i -> i.ready().countDown());
            interests.clear();
        }
        syscalls.close(wake);
    }
}

package dev.gantry.agent.container;

import dev.gantry.agent.sys.Syscalls;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// One platform thread that waits for the ends of all shims by their pidfds.
final class ShimWatch implements AutoCloseable {
    private static final byte[] WAKE = {1, 0, 0, 0, 0, 0, 0, 0};

    private final Syscalls syscalls;
    private final Consumer<String> ended;
    private final int wake;
    private final Thread thread;

    /// Guarded by itself: pidfd to container.
    private final Map<Integer, String> watched = new LinkedHashMap<>();

    private volatile boolean closed;

    /// @param ended called on the thread with the container whose shim is gone and reaped
    ShimWatch(Syscalls syscalls, Consumer<String> ended) {
        this.syscalls = syscalls;
        this.ended = ended;
        this.wake = syscalls.eventfd();
        this.thread = Thread.ofPlatform().daemon().name("shim-watch").unstarted(this::run);
        thread.start();
    }

    /// Watches a shim; the pidfd belongs to the watch now.
    void add(String id, int pidfd) {
        synchronized (watched) {
            watched.put(pidfd, id);
        }
        syscalls.write(wake, WAKE);
    }

    private void run() {
        var drain = new byte[8];
        while (!closed) {
            int[] fds = descriptors();
            boolean[] ready = syscalls.poll(fds, -1);
            if (ready[0]) {
                syscalls.read(wake, drain);
            }
            for (int i = 1; i < fds.length; i++) {
                if (ready[i]) {
                    end(fds[i]);
                }
            }
        }
    }

    private int[] descriptors() {
        synchronized (watched) {
            List<Integer> fds = new ArrayList<>();
            fds.add(wake);
            fds.addAll(watched.keySet());
            return fds.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    private void end(int pidfd) {
        String id;
        synchronized (watched) {
            id = watched.remove(pidfd);
        }
        // A shim that an earlier agent started is not our child: somebody else reaps it.
        syscalls.waitPidfd(pidfd, false);
        syscalls.close(pidfd);
        if (id != null) {
            ended.accept(id);
        }
    }

    @Override
    public void close() {
        closed = true;
        syscalls.write(wake, WAKE);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (watched) {
            watched.keySet().forEach(syscalls::close);
            watched.clear();
        }
        syscalls.close(wake);
    }
}

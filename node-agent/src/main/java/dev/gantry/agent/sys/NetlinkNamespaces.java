package dev.gantry.agent.sys;

import com.sun.jna.LastErrorException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Runs work inside another network namespace.
public final class NetlinkNamespaces {

    private NetlinkNamespaces() {}

    /// Runs `work` on a platform thread of its own that has entered the namespace pinned at `file`
    /// (setns(2)). The thread ends with the work, so no thread in a foreign namespace is left to be
    /// reused; sockets that the work opens stay in the namespace.
    ///
    /// @throws NetlinkException when the namespace cannot be entered
    public static <T> T call(Path file, Callable<T> work) throws InterruptedException {
        return onThread(
                "in " + file,
                () -> {
                    enter(file);
                    return work.call();
                });
    }

    /// Moves the calling thread, which must be a platform thread that nobody else uses afterwards,
    /// into a new and empty network namespace.
    public static void unshare() {
        try {
            NetlinkLibrary.unshare(NetlinkLibrary.CLONE_NEWNET);
        } catch (LastErrorException e) {
            throw new NetlinkException("failed to make a network namespace", e.getErrorCode(), e);
        }
    }

    private static void enter(Path file) {
        try {
            int fd = NetlinkLibrary.open(file.toString(), NetlinkLibrary.O_RDONLY_CLOEXEC, 0);
            try {
                NetlinkLibrary.setns(fd, NetlinkLibrary.CLONE_NEWNET);
            } finally {
                NetlinkLibrary.close(fd);
            }
        } catch (LastErrorException e) {
            throw new NetlinkException(
                    "failed to enter the network namespace " + file, e.getErrorCode(), e);
        }
    }

    // The caller waits for the thread's end and not for a future: completing a future would wake a
    // virtual thread from inside the namespace, and the carrier thread that may be started for it
    // then would belong to that namespace for good.
    private static <T> T onThread(String name, Callable<T> work) throws InterruptedException {
        AtomicReference<@Nullable T> result = new AtomicReference<>();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .name(name)
                        .start(() -> {
                            try {
                                result.set(work.call());
                            } catch (Throwable e) {
                                failure.set(e);
                            }
                        });
        try {
            thread.join();
        } catch (InterruptedException e) {
            thread.interrupt();
            throw e;
        }
        Throwable cause = failure.get();
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (cause != null) {
            throw new NetlinkException("work " + name + " failed", 0, cause);
        }
        return value(result);
    }

    // What the work gave, null included where it gives nothing.
    @SuppressWarnings("NullAway")
    private static <T> T value(AtomicReference<@Nullable T> result) {
        return result.get();
    }
}

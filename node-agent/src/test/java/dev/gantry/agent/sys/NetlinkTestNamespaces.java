package dev.gantry.agent.sys;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Network namespaces for tests: the machine's own network is never touched.
public final class NetlinkTestNamespaces {

    private static final int CLONE_NEWUTS = 0x04000000;
    private static final long MS_BIND = 4096;
    private static final int MNT_DETACH = 2;

    static {
        Native.register(NetlinkTestNamespaces.class, "c");
    }

    private NetlinkTestNamespaces() {}

    /// Runs work on a thread in a network namespace of its own, where only loopback is up.
    public static void isolated(Callable<Void> work) throws Exception {
        onThread(() -> {
            NetlinkNamespaces.unshare();
            try (NetlinkSocket socket = NetlinkSocket.route()) {
                socket.execute(java.util.List.of(NetlinkLinks.up("lo")));
            }
            return work.call();
        });
    }

    /// Makes a network and a UTS namespace and pins them as `net` and `uts` in a directory.
    public static void pin(Path directory) throws Exception {
        onThread(() -> {
            unshare(NetlinkLibrary.CLONE_NEWNET | CLONE_NEWUTS);
            pin("net", directory);
            pin("uts", directory);
            return null;
        });
    }

    /// Pins only a UTS namespace, as for a pod in the host's network.
    public static void pinUts(Path directory) throws Exception {
        onThread(() -> {
            unshare(CLONE_NEWUTS);
            pin("uts", directory);
            return null;
        });
    }

    public static void unpin(Path directory) {
        for (String kind : java.util.List.of("net", "uts")) {
            Path file = directory.resolve(kind);
            try {
                umount2(file.toString(), MNT_DETACH);
            } catch (LastErrorException e) {
                // Not pinned: half made.
            }
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private static void pin(String kind, Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve(kind));
        mount("/proc/thread-self/ns/" + kind, file.toString(), "none", MS_BIND, null);
    }

    private static void onThread(Callable<?> work) throws Exception {
        FutureTask<?> task = new FutureTask<>(work);
        Thread.ofPlatform().name("private network").start(task);
        try {
            task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }

    private static native int unshare(int flags) throws LastErrorException;

    private static native int mount(
            String source,
            String target,
            String type,
            long flags,
            @org.jspecify.annotations.Nullable String data)
            throws LastErrorException;

    private static native int umount2(String target, int flags) throws LastErrorException;
}

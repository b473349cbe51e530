package dev.gantry.agent.container;

import dev.gantry.agent.sys.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/// Tells whether a container's shim still lives, and finds it. The lock that shims hold decides,
/// not the process number, which may be another's by now.
final class Adoption {
    private static final int TRIES = 4_000;
    private static final long PAUSE_MILLIS = 5;

    private final Syscalls syscalls;

    Adoption(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    /// A pidfd of the live shim, once it has started its container or given up; empty when there is
    /// none.
    OptionalInt liveShim(StateDirectory state) throws InterruptedException {
        if (!Files.exists(state.lockFile())) {
            return OptionalInt.empty();
        }
        // A launch that was going on when the agent died takes some milliseconds more.
        for (int i = 0; i < TRIES && locked(state.lockFile()); i++) {
            OptionalInt found = find(state);
            if (found.isPresent()) {
                return found;
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        return OptionalInt.empty();
    }

    private boolean locked(Path lock) {
        int fd = syscalls.open(lock.toString(), Syscalls.O_RDWR, 0);
        try {
            return !syscalls.flock(fd, Syscalls.LOCK_EX | Syscalls.LOCK_NB);
        } finally {
            syscalls.close(fd);
        }
    }

    private OptionalInt find(StateDirectory state) {
        var shim = state.shim();
        if (shim.isEmpty() || state.started().isEmpty()) {
            return OptionalInt.empty();
        }
        int pid = (int) shim.get().number("pid");
        OptionalInt pidfd = syscalls.pidfdOpen(pid);
        if (pidfd.isPresent() && startTime(pid) != shim.get().number("start")) {
            syscalls.close(pidfd.getAsInt());
            return OptionalInt.empty();
        }
        return pidfd;
    }

    /// The 22nd field of proc(5)'s `stat`; the second, in brackets, may hold anything.
    private static long startTime(int pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(fields[19]);
        } catch (IOException e) {
            return -1;
        }
    }
}

package dev.gantry.agent.pod;

import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.sys.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/// Sets the host name of a sandbox that came from the pool, from a thread that enters its UTS
/// namespace and ends there (sethostname(2); a thread may enter it without the user namespace,
/// which a JVM may not).
public final class UtsHostnames implements NodeParts.Hostnames {
    private static final int CLONE_NEWUTS = 0x04000000;
    private static final Path NAME = Path.of("/proc/sys/kernel/hostname");

    private final Syscalls syscalls;

    public UtsHostnames(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    @Override
    public void set(Sandbox sandbox, String name) throws InterruptedException {
        if (name.equals(sandbox.hostname())) {
            return;
        }
        var failure = new AtomicReference<Exception>();
        var thread =
                Thread.ofPlatform()
                        .name("hostname-" + sandbox.id())
                        .start(() -> {
                            try {
                                enter(sandbox);
                                Files.writeString(NAME, name);
                            } catch (IOException | RuntimeException e) {
                                failure.set(e);
                            }
                        });
        thread.join();
        if (failure.get() != null) {
            throw new PartException(
                    "FailedCreatePodSandBox",
                    "failed to set the pod's host name to " + name,
                    failure.get());
        }
    }

    private void enter(Sandbox sandbox) {
        int fd = syscalls.open(sandbox.pin("uts").toString(), Syscalls.O_RDONLY, 0);
        try {
            syscalls.setns(fd, CLONE_NEWUTS);
        } finally {
            syscalls.close(fd);
        }
    }
}

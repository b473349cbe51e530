package dev.gantry.agent.container;

import dev.gantry.agent.container.LaunchFile.Payload;
import dev.gantry.agent.container.LaunchFile.Tag;
import dev.gantry.agent.sys.Syscalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// Makes and unmakes the namespaces that the containers of a pod share. No process stays: they are
/// pinned as bind-mounted files.
public final class SandboxNamespaces implements AutoCloseable {
    private static final List<String> KINDS = List.of("user", "net", "ipc", "uts");

    private final Syscalls syscalls;
    private final Shim shim;

    /// @param shim the shim's program file
    public SandboxNamespaces(Syscalls syscalls, Path shim) {
        this.syscalls = syscalls;
        this.shim = new Shim(syscalls, shim);
    }

    /// Makes a sandbox in `directory`, which is made when it is missing; what a half-made one left
    /// there is undone first.
    ///
    /// @throws LaunchException when the kernel refuses; nothing is left then
    public Sandbox create(String id, Path directory, SandboxOptions options) {
        var sandbox =
                new Sandbox(
                        id,
                        directory.toAbsolutePath(),
                        options.ids(),
                        options.hostNetwork(),
                        options.hostIpc(),
                        options.hostname());
        destroy(sandbox);
        try {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("failed to make the sandbox " + directory, e);
        }
        Shim.Spawned spawned =
                shim.spawn(LaunchFile.Mode.SANDBOX, encode(sandbox, options), List.of());
        Shim.Report report;
        try {
            report = shim.read(spawned.status());
        } finally {
            syscalls.close(spawned.status());
            reap(spawned.pid());
        }
        if (!report.kind().equals("started")) {
            destroy(sandbox);
            throw report.failure();
        }
        return sandbox;
    }

    private void reap(int pid) {
        syscalls.pidfdOpen(pid)
                .ifPresent(pidfd -> {
                    syscalls.waitPidfd(pidfd, true);
                    syscalls.close(pidfd);
                });
    }

    private static byte[] encode(Sandbox sandbox, SandboxOptions options) {
        var file = new LaunchFile();
        file.string(Tag.ID, sandbox.id());
        file.string(Tag.DIRECTORY, sandbox.directory().toString());
        IdRange ids = options.ids();
        if (ids != null) {
            file.add(Tag.ID_RANGE, new Payload().wide(ids.hostStart()).number(ids.length()));
        }
        int flags = LaunchFile.FLAG_OWN_UTS;
        flags |= options.hostNetwork() ? 0 : LaunchFile.FLAG_OWN_NET;
        flags |= options.hostIpc() ? 0 : LaunchFile.FLAG_OWN_IPC;
        file.number(Tag.FLAGS, flags);
        if (!options.hostname().isEmpty()) {
            file.string(Tag.HOSTNAME, options.hostname());
        }
        options.sysctls()
                .forEach((name, value) ->
                        file.add(
                                Tag.SYSCTL,
                                new Payload().string(name.replace('.', '/')).string(value)));
        return file.encode(LaunchFile.Mode.SANDBOX);
    }

    /// Unpins the namespaces and removes their files; the directory stays. Without effect when
    /// there is nothing. The kernel frees the namespaces with the last process in them.
    public void destroy(Sandbox sandbox) {
        for (String kind : KINDS) {
            Path pin = sandbox.pin(kind);
            if (!Files.exists(pin)) {
                continue;
            }
            // A namespace that was pinned twice by a half-made sandbox is unpinned twice.
            boolean more = true;
            while (more) {
                more = syscalls.umount(pin.toString(), Syscalls.MNT_DETACH);
            }
            try {
                Files.deleteIfExists(pin);
            } catch (IOException e) {
                throw new UncheckedIOException("failed to unpin " + pin, e);
            }
        }
    }

    @Override
    public void close() {
        shim.close();
    }
}

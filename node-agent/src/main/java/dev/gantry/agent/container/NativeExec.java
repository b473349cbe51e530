package dev.gantry.agent.container;

import dev.gantry.agent.container.LaunchFile.Payload;
import dev.gantry.agent.container.LaunchFile.Tag;
import dev.gantry.agent.sys.Syscalls;
import dev.gantry.agent.sys.Syscalls.Descriptor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// [ExecProcess] over pipes that the program itself holds; the shim only waits, and pumps a
/// terminal. Closing the status pipe makes the shim kill the program: so does the agent's end.
final class NativeExec implements ExecProcess {
    private static final int FD_TARGET = 5;
    private static final int FD_CONTROL = 6;
    private static final int CODE_UNKNOWN = 137;

    /// What an exec takes over from the container's own launch file as it is.
    private static final Set<Tag> KEPT =
            EnumSet.of(
                    Tag.DIRECTORY,
                    Tag.ID,
                    Tag.ID_RANGE,
                    Tag.CAPABILITIES,
                    Tag.SECCOMP,
                    Tag.CGROUP_JOIN,
                    Tag.CGROUP_DIRECTORY,
                    Tag.RESOURCE_LIMIT,
                    Tag.OOM_SCORE);

    private final Syscalls syscalls;
    private final PipeWatch watch;
    private final int shimPidfd;
    private final OutputStream stdin;
    private final InputStream stdout;
    private final InputStream stderr;
    private final @Nullable OutputStream control;
    private final BufferedReader status;
    private final ReentrantLock waiting = new ReentrantLock();
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable Integer exitCode;

    private NativeExec(Syscalls syscalls, PipeWatch watch, int shimPidfd, Pipes pipes, int status) {
        this.syscalls = syscalls;
        this.watch = watch;
        this.shimPidfd = shimPidfd;
        this.stdin = pipes.stdin >= 0 ? output(pipes.stdin) : OutputStream.nullOutputStream();
        this.stdout = input(pipes.stdout);
        this.stderr = pipes.stderr >= 0 ? input(pipes.stderr) : InputStream.nullInputStream();
        this.control = pipes.control >= 0 ? output(pipes.control) : null;
        this.status =
                new BufferedReader(new InputStreamReader(input(status), StandardCharsets.UTF_8));
    }

    /// Our ends of the pipes, as numbers; -1 where there is none.
    private static final class Pipes {
        private int stdin = -1;
        private int stdout = -1;
        private int stderr = -1;
        private int control = -1;
        private final List<Integer> theirs = new ArrayList<>();
        private final List<Descriptor> descriptors = new ArrayList<>();

        int[] give(Syscalls syscalls, boolean reads, int number) {
            int[] ends = syscalls.pipe();
            int given = reads ? ends[0] : ends[1];
            theirs.add(given);
            descriptors.add(new Descriptor(given, number));
            return ends;
        }
    }

    /// What starts a program.
    ///
    /// @param watch waits for its pipes
    record Starter(Syscalls syscalls, Shim shim, PipeWatch watch) {}

    /// Starts the program; `own` is the container's launch file, `init` a pidfd of its process.
    static NativeExec start(Starter starter, byte[] own, ExecSpec spec, int init) {
        Syscalls syscalls = starter.syscalls();
        byte[] launch = encode(LaunchFile.decode(own), spec);
        var pipes = pipes(syscalls, spec);
        pipes.descriptors.add(new Descriptor(init, FD_TARGET));
        Shim.Spawned spawned;
        try {
            spawned = starter.shim().spawn(LaunchFile.Mode.EXEC, launch, pipes.descriptors);
        } finally {
            pipes.theirs.forEach(syscalls::close);
        }
        int pidfd =
                syscalls.pidfdOpen(spawned.pid())
                        .orElseThrow(() -> new IllegalStateException("the shim is not our child"));
        var exec = new NativeExec(syscalls, starter.watch(), pidfd, pipes, spawned.status());
        try {
            exec.awaitStart();
            return exec;
        } catch (IOException e) {
            exec.close();
            throw new UncheckedIOException("failed to hear whether an exec has started", e);
        }
    }

    private static Pipes pipes(Syscalls syscalls, ExecSpec spec) {
        var pipes = new Pipes();
        if (spec.stdin()) {
            pipes.stdin = pipes.give(syscalls, true, 0)[1];
        } else {
            nothing(syscalls, pipes, 0);
        }
        pipes.stdout = pipes.give(syscalls, false, 1)[0];
        if (spec.terminal()) {
            nothing(syscalls, pipes, 2);
            pipes.control = pipes.give(syscalls, true, FD_CONTROL)[1];
        } else {
            pipes.stderr = pipes.give(syscalls, false, 2)[0];
        }
        return pipes;
    }

    private static void nothing(Syscalls syscalls, Pipes pipes, int number) {
        int fd = syscalls.open("/dev/null", Syscalls.O_RDWR, 0);
        pipes.theirs.add(fd);
        pipes.descriptors.add(new Descriptor(fd, number));
    }

    private static byte[] encode(LaunchFile own, ExecSpec spec) {
        var file = new LaunchFile();
        boolean ids = own.records().stream().anyMatch(r -> r.tag() == Tag.ID_RANGE);
        int flags = 0;
        for (LaunchFile.Entry r : own.records()) {
            boolean replaced =
                    switch (r.tag()) {
                        case ENVIRONMENT -> spec.env() != null;
                        case WORK_DIRECTORY -> spec.cwd() != null;
                        case USER, GROUP -> spec.user() != null;
                        default -> !KEPT.contains(r.tag());
                    };
            if (r.tag() == Tag.FLAGS) {
                flags = r.number() & LaunchFile.FLAG_NO_NEW_PRIVILEGES;
            }
            if (!replaced) {
                file.copy(r);
            }
        }
        spec.argv().forEach(a -> file.string(Tag.ARGUMENT, a));
        if (spec.env() != null) {
            spec.env().forEach(e -> file.string(Tag.ENVIRONMENT, e));
        }
        if (spec.cwd() != null) {
            file.string(Tag.WORK_DIRECTORY, spec.cwd());
        }
        if (spec.user() != null) {
            SpecFile.user(file, spec.user(), ids ? new IdRange(1, IdRange.POD_LENGTH) : null);
        }
        file.number(Tag.FLAGS, flags | (spec.terminal() ? LaunchFile.FLAG_TERMINAL : 0));
        file.add(Tag.TERMINAL_SIZE, new Payload().number(spec.columns()).number(spec.rows()));
        return file.encode(LaunchFile.Mode.EXEC);
    }

    private InputStream input(int fd) {
        return Pipe.input(syscalls, watch, fd);
    }

    private OutputStream output(int fd) {
        return Pipe.output(syscalls, watch, fd);
    }

    private Shim.Report report(int lines) throws IOException {
        var text = new StringBuilder();
        String line = status.readLine();
        int left = line != null && line.equals("failed") ? 3 : lines;
        while (line != null) {
            text.append(line).append('\n');
            line = left-- > 0 ? status.readLine() : null;
        }
        return Shim.Report.parse(text.toString());
    }

    private void awaitStart() throws IOException {
        Shim.Report report = report(2);
        if (!report.kind().equals("started")) {
            close();
            throw report.failure();
        }
    }

    @Override
    public OutputStream stdin() {
        return stdin;
    }

    @Override
    public InputStream stdout() {
        return stdout;
    }

    @Override
    public InputStream stderr() {
        return stderr;
    }

    @Override
    public void resize(int columns, int rows) {
        if (control == null) {
            return;
        }
        byte[] size = {(byte) columns, (byte) (columns >>> 8), (byte) rows, (byte) (rows >>> 8)};
        try {
            control.write(size);
        } catch (IOException e) {
            // The program has ended, and its terminal with it.
            return;
        }
    }

    @Override
    public int waitFor() throws InterruptedException {
        waiting.lockInterruptibly();
        try {
            if (exitCode == null) {
                Shim.Report report = report(5);
                exitCode =
                        report.kind().equals("exit") ? (int) report.number("code") : CODE_UNKNOWN;
            }
            return exitCode;
        } catch (IOException e) {
            exitCode = CODE_UNKNOWN;
            return CODE_UNKNOWN;
        } finally {
            waiting.unlock();
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        // The shim may be past caring; otherwise this takes the program with it.
        syscalls.pidfdSendSignal(shimPidfd, Syscalls.SIGTERM);
        try {
            stdin.close();
            stdout.close();
            stderr.close();
            if (control != null) {
                control.close();
            }
            status.close();
        } catch (IOException e) {
            throw new UncheckedIOException("failed to close an exec", e);
        }
        watch.awaitReadable(shimPidfd);
        syscalls.waitPidfd(shimPidfd, true);
        syscalls.close(shimPidfd);
    }
}

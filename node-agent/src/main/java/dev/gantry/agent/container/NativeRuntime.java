package dev.gantry.agent.container;

import dev.gantry.agent.cgroup.Cgroups;
import dev.gantry.agent.cgroup.GroupUsage;
import dev.gantry.agent.sys.Syscalls;
import dev.gantry.agent.sys.Syscalls.Descriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// [ContainerRuntime] by way of the shim. Everything about a container stands in its
/// [StateDirectory]; this class holds only what it takes to wait for it.
public final class NativeRuntime implements ContainerRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(NativeRuntime.class);
    private static final int FD_LOCK = 5;
    private static final int EXIT_KILLED = 137;

    private final Syscalls syscalls;
    private final InstantSource clock;
    private final Path containers;
    private final Cgroups cgroups;
    private final Shim shim;
    private final ShimWatch watch;
    private final PipeWatch pipes;
    private final Adoption adoption;
    private final Map<String, Live> live = new ConcurrentHashMap<>();
    private volatile Consumer<ContainerExit> listener = _ -> {};

    /// A container whose shim is watched; the latch opens once its exit is reported.
    private record Live(Started started, String group, CountDownLatch ended) {}

    public NativeRuntime(RuntimeConfig config, Syscalls syscalls, InstantSource clock) {
        this.syscalls = syscalls;
        this.clock = clock;
        this.containers = config.directory().resolve("containers");
        try {
            Files.createDirectories(
                    containers,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("failed to make " + containers, e);
        }
        this.cgroups = Cgroups.detect(Cgroups.MOUNTED_AT, config.cgroupRoot());
        this.shim = new Shim(syscalls, config.shim());
        this.watch = new ShimWatch(syscalls, this::shimEnded);
        this.pipes = new PipeWatch(syscalls);
        this.adoption = new Adoption(syscalls);
        cgroups.create(Cgroups.SHIMS, dev.gantry.agent.cgroup.Limits.NONE);
    }

    @Override
    public Started launch(ContainerSpec spec) throws InterruptedException {
        StateDirectory state = state(spec.id());
        String group = spec.cgroup().qos() + "/" + spec.cgroup().pod() + "/" + spec.id();
        byte[] seccomp = SeccompFilters.of(spec.confinement());
        state.create(group);
        try {
            return start(spec, state, group, seccomp);
        } catch (RuntimeException e) {
            discard(state);
            throw e;
        }
    }

    private Started start(ContainerSpec spec, StateDirectory state, String group, byte[] seccomp) {
        IdRange ids = spec.sandbox().ids();
        if (ids != null) {
            own(state.upper(), ids.hostStart());
            own(state.work(), ids.hostStart());
        }
        cgroups.create(group, spec.cgroup().limits());
        byte[] launch =
                SpecFile.of(spec, state.path(), cgroups, group, seccomp)
                        .encode(LaunchFile.Mode.LAUNCH);
        state.writeLaunch(launch);
        Shim.Spawned spawned = spawn(state, launch);
        int pidfd =
                syscalls.pidfdOpen(spawned.pid())
                        .orElseThrow(() -> new IllegalStateException("the shim is not our child"));
        Shim.Report report;
        try {
            pipes.awaitReadable(spawned.status());
            report = shim.read(spawned.status());
        } finally {
            syscalls.close(spawned.status());
        }
        if (!report.kind().equals("started")) {
            syscalls.waitPidfd(pidfd, true);
            syscalls.close(pidfd);
            throw report.failure();
        }
        var started = started(spec.id(), report);
        live.put(spec.id(), new Live(started, group, new CountDownLatch(1)));
        watch.add(spec.id(), pidfd);
        return started;
    }

    /// The lock goes along: as long as a shim lives, it is held, whatever becomes of this process.
    private Shim.Spawned spawn(StateDirectory state, byte[] launch) {
        int lock =
                syscalls.open(
                        state.lockFile().toString(), Syscalls.O_RDWR | Syscalls.O_CREAT, 0600);
        try {
            syscalls.flock(lock, Syscalls.LOCK_EX | Syscalls.LOCK_NB);
            var descriptors = List.of(new Descriptor(lock, FD_LOCK));
            return shim.spawn(LaunchFile.Mode.LAUNCH, launch, descriptors);
        } finally {
            syscalls.close(lock);
        }
    }

    private void own(Path path, long id) {
        syscalls.fchownat(Syscalls.AT_FDCWD, path.toString(), id, id, Syscalls.AT_SYMLINK_NOFOLLOW);
    }

    private static Started started(String id, Shim.Report report) {
        return new Started(id, report.number("pid"), StateDirectory.instant(report.number("at")));
    }

    /// Undoes a launch that came to nothing.
    private void discard(StateDirectory state) {
        String group = state.group();
        if (!group.isEmpty()) {
            cgroups.kill(group);
            cgroups.remove(group);
        }
        state.remove();
    }

    /// On the watch's thread: the shim is gone, so the exit stands on disk, or it was killed.
    private void shimEnded(String id) {
        Live ended = live.get(id);
        if (ended == null) {
            return;
        }
        try {
            StateDirectory state = state(id);
            ContainerExit exit = exit(state, ended.started());
            live.remove(id);
            listener.accept(exit);
            // Its state may be removed by now: the group is told by what was kept of it.
            cgroups.kill(ended.group());
            cgroups.remove(ended.group());
        } catch (RuntimeException e) {
            live.remove(id);
            LOG.atError().addKeyValue("container", id).setCause(e).log("exit was not recorded");
        } finally {
            ended.ended().countDown();
        }
    }

    private ContainerExit exit(StateDirectory state, Started started) {
        Optional<ContainerExit> recorded = state.exit();
        if (recorded.isPresent()) {
            return recorded.get();
        }
        cgroups.kill(state.group());
        var lost =
                new ContainerExit(
                        state.id(),
                        EXIT_KILLED,
                        Syscalls.SIGKILL,
                        false,
                        started.startedAt(),
                        clock.instant(),
                        "its shim was killed, so the container was killed with it");
        state.recordExit(lost);
        return lost;
    }

    @Override
    public List<AdoptedContainer> adopt() throws InterruptedException {
        var adopted = new ArrayList<AdoptedContainer>();
        for (StateDirectory state : StateDirectory.all(containers)) {
            if (state.removing()) {
                state.remove();
                continue;
            }
            adopt(state).ifPresent(adopted::add);
        }
        return adopted;
    }

    private Optional<AdoptedContainer> adopt(StateDirectory state) throws InterruptedException {
        OptionalInt pidfd = adoption.liveShim(state);
        Optional<Started> started = state.started().map(r -> started(state.id(), r));
        if (pidfd.isPresent() && started.isPresent()) {
            live.put(state.id(), new Live(started.get(), state.group(), new CountDownLatch(1)));
            watch.add(state.id(), pidfd.getAsInt());
            return Optional.of(new AdoptedContainer.Running(started.get()));
        }
        if (started.isEmpty()) {
            // The launch was cut short: nobody was told of it, so it is as if it had never been.
            pidfd.ifPresent(syscalls::close);
            discard(state);
            return Optional.empty();
        }
        ContainerExit exit = exit(state, started.get());
        cgroups.kill(state.group());
        cgroups.remove(state.group());
        return Optional.of(new AdoptedContainer.Ended(exit));
    }

    @Override
    public void onExit(Consumer<ContainerExit> consumer) {
        listener = consumer;
    }

    @Override
    public void signal(String id, int signal) {
        Live running = live.get(id);
        if (running == null) {
            return;
        }
        OptionalInt pidfd = init(running);
        if (pidfd.isPresent()) {
            syscalls.pidfdSendSignal(pidfd.getAsInt(), signal);
            syscalls.close(pidfd.getAsInt());
        }
    }

    /// A pidfd of the first process. Its number cannot be another's while the shim is watched,
    /// since the shim reaps it last of all.
    private OptionalInt init(Live running) {
        OptionalInt pidfd = syscalls.pidfdOpen((int) running.started().pid());
        if (pidfd.isPresent() && !live.containsKey(running.started().id())) {
            syscalls.close(pidfd.getAsInt());
            return OptionalInt.empty();
        }
        return pidfd;
    }

    @Override
    public void kill(String id) {
        String group = state(id).group();
        if (!group.isEmpty()) {
            cgroups.kill(group);
        }
    }

    @Override
    public ExecProcess exec(String id, ExecSpec spec) throws InterruptedException {
        Live running = live.get(id);
        OptionalInt pidfd = running == null ? OptionalInt.empty() : init(running);
        if (pidfd.isEmpty()) {
            throw new LaunchException("exec", 0, "exec " + id + ": the container does not run");
        }
        try {
            byte[] own = Files.readAllBytes(state(id).launchFile());
            var starter = new NativeExec.Starter(syscalls, shim, pipes);
            return NativeExec.start(starter, own, spec, pidfd.getAsInt());
        } catch (IOException e) {
            throw new UncheckedIOException("failed to read the launch file of " + id, e);
        } finally {
            syscalls.close(pidfd.getAsInt());
        }
    }

    @Override
    public AttachedStreams attach(String id) {
        if (!live.containsKey(id)) {
            throw new LaunchException("attach", 0, "container " + id + " does not run");
        }
        return SocketStreams.connect(syscalls, state(id).path());
    }

    @Override
    public Usage usage(String id) {
        StateDirectory state = state(id);
        String group = state.group();
        if (group.isEmpty()) {
            return Usage.NONE;
        }
        GroupUsage used = cgroups.usage(group);
        return new Usage(used.cpuNanos(), used.memoryBytes(), used.oomKills(), used.processes());
    }

    @Override
    public void remove(String id) throws InterruptedException {
        StateDirectory state = state(id);
        Live running = live.get(id);
        if (running != null) {
            kill(id);
            running.ended().await();
        }
        if (state.exists()) {
            discard(state);
        }
    }

    private StateDirectory state(String id) {
        return new StateDirectory(containers.resolve(id));
    }

    @Override
    public void close() {
        watch.close();
        pipes.close();
        shim.close();
    }
}

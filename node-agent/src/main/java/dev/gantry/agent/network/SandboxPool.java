package dev.gantry.agent.network;

import dev.gantry.agent.container.IdRange;
import dev.gantry.agent.container.Sandbox;
import dev.gantry.agent.container.SandboxOptions;
import dev.gantry.agent.network.SandboxRecord.State;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sandboxes that wait ready, each with namespaces, id range, link and address. Safe for use by
/// many threads; one platform thread of its own refills it.
public final class SandboxPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SandboxPool.class);

    /// Pods bind to ports below 1,024 as any user, as containers under Docker do.
    private static final Map<String, String> SYSCTLS =
            Map.of("net.ipv4.ip_unprivileged_port_start", "0");

    private static final long RETRY_MILLIS_MIN = 100;
    private static final long RETRY_MILLIS_MAX = 30_000;

    private final PodNetwork network;
    private final SandboxSource source;
    private final Path directory;
    private final IdRangePool ids;
    private final Random random = new Random();
    private final Map<String, SandboxRecord> records = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<SandboxRecord> ready = new ConcurrentLinkedQueue<>();
    private final Semaphore missing = new Semaphore(0);
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable Thread filler;

    public SandboxPool(PodNetwork network, SandboxSource source) {
        this.network = network;
        this.source = source;
        this.directory = network.config().sandboxDirectory();
        this.ids = new IdRangePool(network.config().idBase(), IdRangePool.subordinateIds());
    }

    /// Takes back what an earlier agent left, by owner: sandboxes in use live on, those that waited
    /// ready wait again, half-made ones are destroyed, as are those whose namespaces are gone since
    /// the host restarted. Then the pool begins to fill. Call once, first, after the network's
    /// setup.
    public SortedMap<String, Sandbox> adopt() {
        SortedMap<String, Sandbox> owned = new TreeMap<>();
        for (SandboxRecord record : stored()) {
            if (record.state() == State.TAKEN && takeOver(record)) {
                owned.put(record.owner(), record.sandbox());
            } else if (record.state() == State.READY && takeOver(record)) {
                ready.add(record);
            } else {
                destroyOrKeep(record);
            }
        }
        for (String id : network.linkedSandboxes()) {
            if (!records.containsKey(id)) {
                network.deleteLink(id);
            }
        }
        missing.release(Math.max(0, network.config().sandboxes() - ready.size()));
        filler = Thread.ofPlatform().daemon().name("sandbox-pool").start(this::fill);
        return owned;
    }

    /// A sandbox with its own user, network, IPC and UTS namespaces, link and address; at once when
    /// one waits ready, else made now. The owner (the pod's uid) is on disk when this returns:
    /// after a crash [#adopt] gives the sandbox back under it.
    ///
    /// @throws NetworkException when addresses or id ranges are used up, or the host refuses
    public Sandbox take(String owner) throws InterruptedException {
        SandboxRecord record = ready.poll();
        if (record == null) {
            record = make(true, false, false);
        } else {
            missing.release();
        }
        return give(record, owner);
    }

    /// The same without a user namespace, for pods with `hostUsers: true`.
    public Sandbox takeHostUsers(String owner) throws InterruptedException {
        return takeShared(owner, false, false);
    }

    /// A sandbox in the host's network and user namespaces, with its own IPC and UTS.
    public Sandbox takeHostNetwork(String owner) throws InterruptedException {
        return takeShared(owner, true, false);
    }

    /// A sandbox with the host's users, and its network or IPC too where asked.
    public Sandbox takeShared(String owner, boolean hostNetwork, boolean hostIpc)
            throws InterruptedException {
        return give(make(false, hostNetwork, hostIpc), owner);
    }

    /// Destroys a sandbox, its link, address and id range. No process may be in it any more. Doing
    /// it twice is fine.
    public void release(Sandbox sandbox) {
        SandboxRecord record = records.get(sandbox.id());
        if (record != null) {
            destroy(record);
        }
    }

    /// How many wait ready now.
    public int readyCount() {
        return ready.size();
    }

    /// The sandboxes in use, in no particular order.
    public List<Sandbox> owned() {
        return records.values().stream()
                .filter(record -> record.state() == State.TAKEN)
                .map(SandboxRecord::sandbox)
                .toList();
    }

    /// Destroys those that wait ready, for a node that leaves; sandboxes in use stay.
    public void drain() {
        close();
        for (SandboxRecord record = ready.poll(); record != null; record = ready.poll()) {
            destroyOrKeep(record);
        }
    }

    /// Ends the refilling and waits for it; sandboxes stay as they are.
    @Override
    public void close() {
        closed.countDown();
        Thread thread = filler;
        if (thread == null) {
            return;
        }
        missing.release();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fill() {
        long wait = RETRY_MILLIS_MIN;
        try {
            while (true) {
                missing.acquire();
                if (closed.getCount() == 0) {
                    return;
                }
                try {
                    ready.add(become(make(true, false, false), State.READY, ""));
                    wait = RETRY_MILLIS_MIN;
                } catch (RuntimeException e) {
                    LOG.atWarn()
                            .setCause(e)
                            .addKeyValue("retryMillis", wait)
                            .log("failed to make a sandbox ahead of need, will retry");
                    missing.release();
                    closed.await(wait, TimeUnit.MILLISECONDS);
                    wait = Math.min(RETRY_MILLIS_MAX, wait * 2);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Sandbox give(SandboxRecord record, String owner) {
        return become(record, State.TAKEN, owner).sandbox();
    }

    private SandboxRecord become(SandboxRecord record, State state, String owner) {
        SandboxRecord next = record.with(state, owner);
        next.write(directory);
        records.put(next.sandbox().id(), next);
        return next;
    }

    private SandboxRecord make(boolean isolated, boolean hostNetwork, boolean hostIpc)
            throws InterruptedException {
        String id = freshId();
        IdRange range = isolated ? ids.take() : null;
        Inet4Address address;
        try {
            address = hostNetwork ? null : network.takeAddress();
        } catch (NetworkException e) {
            release(range);
            throw e;
        }
        Sandbox planned = new Sandbox(id, directory.resolve(id), range, hostNetwork, hostIpc, "");
        SandboxRecord record = new SandboxRecord(planned, State.MAKING, "", address);
        records.put(id, record);
        boolean made = false;
        try {
            Files.createDirectories(planned.directory());
            record.write(directory);
            var options =
                    new SandboxOptions(range, hostNetwork, hostIpc, "", new LinkedHashMap<>());
            source.create(
                    id, planned.directory(), hostNetwork ? options : options.withSysctls(SYSCTLS));
            if (address != null) {
                network.attach(id, planned.pin("net"), address);
            }
            made = true;
            return record;
        } catch (IOException e) {
            throw new NetworkException("failed to make " + planned.directory(), e);
        } finally {
            if (!made) {
                destroyOrKeep(record);
            }
        }
    }

    private void destroy(SandboxRecord record) {
        Sandbox sandbox = record.sandbox();
        try {
            Files.createDirectories(directory);
            noteRemoval(record);
            if (record.address() != null) {
                network.detach(sandbox.id(), record.address());
            }
            source.destroy(sandbox);
            Files.deleteIfExists(sandbox.directory());
            Files.deleteIfExists(SandboxRecord.file(directory, sandbox.id()));
        } catch (IOException e) {
            throw new NetworkException("failed to remove " + sandbox.directory(), e);
        }
        records.remove(sandbox.id());
        release(sandbox.ids());
        if (record.address() != null) {
            network.giveBack(record.address());
        }
    }

    /// A full disk keeps nobody from giving back what makes room. One that is half gone when the
    /// agent dies is then found by what it lacks ([#takeOver]).
    private void noteRemoval(SandboxRecord record) {
        try {
            record.with(State.REMOVING, record.owner()).write(directory);
        } catch (NetworkException e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("sandbox", record.sandbox().id())
                    .log("failed to note a sandbox's removal, it is removed all the same");
        }
    }

    /// For those that nobody waits for: one that cannot be destroyed now keeps its address and ids
    /// until the next agent tries again.
    private void destroyOrKeep(SandboxRecord record) {
        try {
            destroy(record);
        } catch (RuntimeException e) {
            IdRange range = record.sandbox().ids();
            if (range != null) {
                ids.reserve(range.hostStart(), range.length());
            }
            if (record.address() != null) {
                network.reserve(record.address());
            }
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("sandbox", record.sandbox().id())
                    .log("failed to destroy a sandbox, its address and ids stay reserved");
        }
    }

    private void release(@Nullable IdRange range) {
        if (range != null) {
            ids.release(range);
        }
    }

    /// Whether an earlier agent's sandbox is whole; then its address and ids are ours again.
    private boolean takeOver(SandboxRecord record) {
        Sandbox sandbox = record.sandbox();
        IdRange range = sandbox.ids();
        boolean whole =
                isPinned(sandbox, sandbox.hostNetwork() ? "uts" : "net")
                        && (record.address() == null
                                || network.adopt(sandbox.id(), record.address()));
        if (whole) {
            records.put(sandbox.id(), record);
            if (range != null) {
                ids.reserve(range.hostStart(), range.length());
            }
        }
        return whole;
    }

    /// A pinned namespace is a mount of nsfs: another device than the directory that it is in.
    private static boolean isPinned(Sandbox sandbox, String kind) {
        try {
            Path pin = sandbox.pin(kind);
            return Files.exists(pin)
                    && !Files.getAttribute(pin, "unix:dev")
                            .equals(Files.getAttribute(sandbox.directory(), "unix:dev"));
        } catch (IOException e) {
            return false;
        }
    }

    /// All that have a record or a directory, in the order of their ids. One without a readable
    /// record is half made: it counts as one without ids and address.
    private Iterable<SandboxRecord> stored() {
        Map<String, SandboxRecord> found = new TreeMap<>();
        var names = new TreeSet<String>();
        try {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
                for (Path file : files) {
                    Optional<String> id = SandboxRecord.idOf(file);
                    if (id.isPresent()) {
                        names.add(id.get());
                    } else if (Files.isDirectory(file)) {
                        names.add(file.getFileName().toString());
                    } else {
                        Files.deleteIfExists(file);
                    }
                }
            }
        } catch (IOException e) {
            throw new NetworkException("failed to read " + directory, e);
        }
        for (String id : names) {
            found.put(id, SandboxRecord.read(directory, id).orElseGet(() -> unknown(id)));
        }
        return found.values();
    }

    private SandboxRecord unknown(String id) {
        Sandbox sandbox = new Sandbox(id, directory.resolve(id), null, false, false, "");
        return new SandboxRecord(sandbox, State.REMOVING, "", null);
    }

    private String freshId() {
        byte[] bytes = new byte[4];
        while (true) {
            synchronized (random) {
                random.nextBytes(bytes);
            }
            String id = HexFormat.of().formatHex(bytes);
            if (!records.containsKey(id)) {
                return id;
            }
        }
    }
}

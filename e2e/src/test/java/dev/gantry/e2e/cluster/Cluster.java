package dev.gantry.e2e.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// A single-host cluster of the built distribution, with ports, ranges and a data folder of its
/// own, driven as a user does: by `gantry`.
public final class Cluster implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration COMMAND = Duration.ofSeconds(60);
    private static final int PORTS = 5;
    private static final int OCTETS = 40;
    // Test JVMs that run at the same time have ranges of their own.
    private static final int FORK = Integer.getInteger("gantry.fork", 1) % 2;
    private static final AtomicInteger STARTED =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(OCTETS));

    private final Path home;
    private final Path data;
    private final int portBase;
    private final int octet;

    private Cluster(Path home, Path data, int portBase, int octet) {
        this.home = home;
        this.data = data;
        this.portBase = portBase;
        this.octet = octet;
    }

    /// Starts a cluster and waits until its node is ready.
    public static Cluster start() {
        try {
            return start(Files.createTempDirectory("gantry-e2e-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// As [#start], with a data folder that a test has prepared.
    public static Cluster start(Path data) {
        Cluster cluster = create(data);
        try {
            cluster.up();
            return cluster;
        } catch (AssertionError e) {
            cluster.down();
            throw e;
        }
    }

    /// A cluster that has its addresses and does not run yet.
    public static Cluster create(Path data) {
        Path home = Path.of(System.getProperty("gantry.root")).resolve("target/gantry");
        if (!Files.isExecutable(home.resolve("bin/gantry"))) {
            throw new AssertionError(home + " is not built: run deploy/build");
        }
        return new Cluster(home, data, freePorts(), nextOctet());
    }

    /// As [#start], with [Workloads#IMAGE] loaded.
    public static Cluster startWithImage() {
        Cluster cluster = start();
        try {
            cluster.loadImage();
            return cluster;
        } catch (AssertionError e) {
            cluster.close();
            throw e;
        }
    }

    private void loadImage() {
        gantry("load", "-i", archive().toString()).orFail();
    }

    /// An archive of [Workloads#IMAGE], in the cluster's folder.
    public Path archive() {
        Path script =
                Path.of(System.getProperty("gantry.root"), "deploy/examples/make-busybox-image");
        Path archive = data.resolve("web.tar");
        Command.run(COMMAND, Map.of(), List.of(script.toString(), archive.toString())).orFail();
        return archive;
    }

    /// Starts what does not run of the cluster.
    public void up() {
        Command.Result result =
                Command.run(
                        START,
                        environment(),
                        List.of(
                                program(),
                                "up",
                                "--detach",
                                "--data-dir",
                                data.toString(),
                                "--port-base",
                                Integer.toString(portBase),
                                "--node-name",
                                "node-1",
                                "--pod-cidr",
                                "10." + octet + ".0.0/16",
                                "--service-cidr",
                                "10." + (octet + 1) + ".0.0/16"));
        if (result.exit() != 0) {
            throw new AssertionError("gantry up failed\n" + result.out() + result.err() + logs());
        }
    }

    /// Runs `gantry` with these words.
    public Command.Result gantry(String... words) {
        return gantry(new byte[0], words);
    }

    /// Runs `gantry` with these words and an input.
    public Command.Result gantry(byte[] input, String... words) {
        List<String> command = new ArrayList<>();
        command.add(program());
        command.addAll(List.of(words));
        return Command.run(COMMAND, environment(), command, input);
    }

    /// Applies a manifest.
    public Command.Result apply(String manifest) {
        return gantry(manifest.getBytes(StandardCharsets.UTF_8), "apply", "-f", "-");
    }

    /// A field of an object, by a JSON path such as `{.status.phase}`; empty when it has none.
    ///
    /// @throws AssertionError when the object is not there, or the API does not answer
    public String field(String kind, String name, String path) {
        return gantry("get", kind, name, "-o", "jsonpath=" + path).orFail().strip();
    }

    /// Waits until a field has a value; a failure shows the object's description and all logs.
    public void awaitField(String kind, String name, String path, String value) {
        Await.until(
                SOON,
                () -> {
                    String seen = field(kind, name, path);
                    if (!seen.equals(value)) {
                        throw new AssertionError(
                                "%s of %s/%s is '%s', not '%s'%n%s%n%s"
                                        .formatted(
                                                path,
                                                kind,
                                                name,
                                                seen,
                                                value,
                                                gantry("describe", kind, name).out(),
                                                logs()));
                    }
                });
    }

    /// Waits until a pod is in a phase.
    public void awaitPhase(String pod, String phase) {
        awaitField("pod", pod, "{.status.phase}", phase);
    }

    /// The cluster's folder.
    public Path data() {
        return data;
    }

    /// The distribution's folder.
    public Path home() {
        return home;
    }

    /// The address at which the cluster's names are answered.
    public InetSocketAddress nameServer() {
        return new InetSocketAddress("10." + (octet + 1) + ".0.10", 53);
    }

    /// The port of the API; metrics of server and agent, and etcd's client port, follow it.
    public int portBase() {
        return portBase;
    }

    /// The process id of `etcd`, `server`, `agent` or `supervisor`.
    public long pid(String role) {
        try {
            String text = Files.readString(data.resolve("run/" + role + ".pid")).strip();
            return Long.parseLong(text.split(" ")[0]);
        } catch (IOException | NumberFormatException e) {
            throw new AssertionError("no process id of " + role, e);
        }
    }

    /// Kills one of the daemons with SIGKILL, unless it has just died.
    public void kill(String role) {
        ProcessHandle.of(pid(role)).ifPresent(ProcessHandle::destroyForcibly);
    }

    /// Sends a signal to one of the daemons, or to the `supervisor`.
    public void signal(String role, String name) {
        Command.run(COMMAND, Map.of(), List.of("kill", "-" + name, Long.toString(pid(role))))
                .orFail();
    }

    /// The ends of all logs, for messages.
    public String logs() {
        StringBuilder text = new StringBuilder();
        for (String role : List.of("init-pki", "supervisor", "etcd", "server", "agent")) {
            Path file = data.resolve("logs/" + role + ".log");
            text.append("---- ").append(role).append('\n');
            try {
                List<String> lines =
                        Files.exists(file)
                                ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                                        .lines()
                                        .toList()
                                : List.of();
                lines.subList(Math.max(0, lines.size() - 40), lines.size())
                        .forEach(line -> text.append(line).append('\n'));
            } catch (IOException e) {
                text.append(e).append('\n');
            }
        }
        return text.toString();
    }

    /// Stops everything and deletes the data.
    @Override
    public void close() {
        down("--purge");
    }

    /// Stops everything.
    public void down(String... flags) {
        List<String> words =
                new ArrayList<>(List.of(program(), "down", "--data-dir", data.toString()));
        words.addAll(List.of(flags));
        Command.Result result = Command.run(START, environment(), words);
        if (result.exit() != 0) {
            throw new AssertionError("gantry down failed\n" + result.out() + result.err());
        }
    }

    private Map<String, String> environment() {
        // Daemons that live for seconds would spend them on compiling twice.
        return Map.of(
                "GANTRY_CONFIG",
                data.resolve("admin.yaml").toString(),
                "GANTRY_JAVA_FLAGS",
                "-XX:TieredStopAtLevel=1");
    }

    private String program() {
        return home.resolve("bin/gantry").toString();
    }

    // The second part of addresses: clusters that stand at the same time may not share ranges.
    private static int nextOctet() {
        return 20 + 2 * (FORK * OCTETS + STARTED.getAndIncrement() % OCTETS);
    }

    // A base from which five ports in a row are free.
    static int freePorts() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int base = 20_000 + 10 * (500 * FORK + ThreadLocalRandom.current().nextInt(500));
            if (areFree(base)) {
                return base;
            }
        }
        throw new AssertionError("no five free ports in a row");
    }

    private static boolean areFree(int base) {
        for (int port = base; port < base + PORTS; port++) {
            try (var _ = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
                continue;
            } catch (IOException _) {
                return false;
            }
        }
        return true;
    }
}

package dev.gantry.agent.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What one container has on disk. The agent writes `group` and `launch` before it spawns; the shim
/// writes `shim`, `started` and `exit`, and holds `lock` as long as it lives.
record StateDirectory(Path path) {
    private static final String REMOVING = ".removing";

    Path launchFile() {
        return path.resolve("launch");
    }

    Path lockFile() {
        return path.resolve("lock");
    }

    Path upper() {
        return path.resolve("upper");
    }

    Path work() {
        return path.resolve("work");
    }

    String id() {
        return path.getFileName().toString();
    }

    /// Makes the directory; refuses one that exists.
    void create(String group) {
        var mode =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        try {
            Files.createDirectory(path, mode);
            Files.writeString(path.resolve("group"), group);
            Files.createDirectory(upper());
            Files.createDirectory(work());
        } catch (java.nio.file.FileAlreadyExistsException e) {
            throw new LaunchException("spec", 17, "container " + id() + " exists already");
        } catch (IOException e) {
            throw new UncheckedIOException("failed to make the state of container " + id(), e);
        }
    }

    void writeLaunch(byte[] bytes) {
        try {
            Files.write(launchFile(), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("failed to write the launch file of " + id(), e);
        }
    }

    /// The control group; empty when the agent died before it was written.
    String group() {
        return text("group").orElse("");
    }

    Optional<Shim.Report> shim() {
        return text("shim").map(t -> Shim.Report.parse("shim\n" + t));
    }

    Optional<Shim.Report> started() {
        return text("started").map(t -> Shim.Report.parse("started\n" + t));
    }

    /// How the container ended, when that is recorded.
    Optional<ContainerExit> exit() {
        return text("exit").map(Shim.Report::parse).map(this::exit);
    }

    private ContainerExit exit(Shim.Report record) {
        if (record.kind().equals("failed")) {
            Instant now = Instant.EPOCH;
            String why = record.failure().getMessage();
            return new ContainerExit(id(), 128, 0, false, now, now, String.valueOf(why));
        }
        int code = (int) record.number("code");
        return new ContainerExit(
                id(),
                code,
                (int) record.number("signal"),
                code != 0 && record.number("oom") > 0,
                instant(record.number("started")),
                instant(record.number("finished")),
                record.fields().getOrDefault("message", ""));
    }

    static Instant instant(long nanos) {
        return Instant.ofEpochSecond(0, nanos);
    }

    static long nanos(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }

    /// Records an exit that no shim could record; durable when it returns.
    void recordExit(ContainerExit exit) {
        String text =
                "exit\ncode=%d\nsignal=%d\noom=%d\nstarted=%d\nfinished=%d\nmessage=%s\n"
                        .formatted(
                                exit.exitCode(),
                                exit.signal(),
                                exit.oomKilled() ? 1 : 0,
                                nanos(exit.startedAt()),
                                nanos(exit.finishedAt()),
                                exit.message());
        try {
            Path fresh = path.resolve("exit.agent");
            try (var out = new java.io.FileOutputStream(fresh.toFile())) {
                out.write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                out.getFD().sync();
            }
            Files.move(fresh, path.resolve("exit"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("failed to record the exit of " + id(), e);
        }
    }

    private Optional<String> text(String name) {
        try {
            return Optional.of(Files.readString(path.resolve(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("failed to read " + name + " of " + id(), e);
        }
    }

    boolean exists() {
        return Files.isDirectory(path);
    }

    boolean removing() {
        return id().endsWith(REMOVING);
    }

    /// Takes the container's name away first, so that a removal that is cut short is finished later
    /// and never mistaken for a container.
    void remove() {
        Path doomed = path;
        try {
            if (!removing()) {
                doomed = path.resolveSibling(id() + REMOVING);
                Files.move(path, doomed, StandardCopyOption.ATOMIC_MOVE);
            }
            TreeRemoval.remove(doomed);
        } catch (NoSuchFileException e) {
            // Removed already.
            return;
        } catch (IOException e) {
            throw new UncheckedIOException("failed to remove the state of " + id(), e);
        }
    }

    /// All containers below a directory, in the order of their names.
    static List<StateDirectory> all(Path parent) {
        try (Stream<Path> found = Files.list(parent)) {
            return new ArrayList<>(found.sorted().map(StateDirectory::new).toList());
        } catch (IOException e) {
            throw new UncheckedIOException("failed to list " + parent, e);
        }
    }
}

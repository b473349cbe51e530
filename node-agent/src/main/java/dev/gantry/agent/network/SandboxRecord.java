package dev.gantry.agent.network;

import dev.gantry.agent.container.IdRange;
import dev.gantry.agent.container.Sandbox;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is known of a sandbox beyond its pinned namespaces: a small text file beside its directory,
/// written before the effect that depends on it. It survives the agent's death, not the host's: nor
/// do the namespaces that it speaks of, so it needs no fsync.
///
/// @param state how far the sandbox is
/// @param owner the pod's uid; empty while it waits ready
/// @param address null in the host's network
record SandboxRecord(Sandbox sandbox, State state, String owner, @Nullable Inet4Address address) {

    enum State {
        MAKING,
        READY,
        TAKEN,
        REMOVING
    }

    private static final String SUFFIX = ".sandbox";

    SandboxRecord with(State next, String nextOwner) {
        return new SandboxRecord(sandbox, next, nextOwner, address);
    }

    /// The file that keeps the record of a sandbox.
    static Path file(Path directory, String id) {
        return directory.resolve(id + SUFFIX);
    }

    static Optional<String> idOf(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(SUFFIX)
                ? Optional.of(name.substring(0, name.length() - SUFFIX.length()))
                : Optional.empty();
    }

    void write(Path directory) {
        StringBuilder text = new StringBuilder();
        text.append("state=").append(state.name()).append('\n');
        text.append("owner=").append(owner).append('\n');
        text.append("hostNetwork=").append(sandbox.hostNetwork()).append('\n');
        text.append("hostIpc=").append(sandbox.hostIpc()).append('\n');
        if (address != null) {
            text.append("address=").append(address.getHostAddress()).append('\n');
        }
        IdRange ids = sandbox.ids();
        if (ids != null) {
            text.append("ids=").append(ids.hostStart()).append('\n');
        }
        text.append("end=\n");
        Path file = file(directory, sandbox.id());
        Path fresh = directory.resolve(sandbox.id() + ".new");
        try {
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new NetworkException("failed to write " + file + ": " + e.getMessage(), e);
        }
    }

    /// Reads a record; empty when it is not whole, as after a crash of the host.
    static Optional<SandboxRecord> read(Path directory, String id) {
        Map<String, String> values = new TreeMap<>();
        try {
            List<String> lines = Files.readAllLines(file(directory, id));
            for (String line : lines) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    values.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
            return values.containsKey("end")
                    ? Optional.of(of(directory, id, values))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static SandboxRecord of(Path directory, String id, Map<String, String> values) {
        String ids = values.get("ids");
        String address = values.get("address");
        Sandbox sandbox =
                new Sandbox(
                        id,
                        directory.resolve(id),
                        ids == null ? null : new IdRange(Long.parseLong(ids), IdRange.POD_LENGTH),
                        Boolean.parseBoolean(values.get("hostNetwork")),
                        Boolean.parseBoolean(values.get("hostIpc")),
                        "");
        return new SandboxRecord(
                sandbox,
                State.valueOf(values.getOrDefault("state", "")),
                values.getOrDefault("owner", ""),
                address == null ? null : Cidr.address(address));
    }
}

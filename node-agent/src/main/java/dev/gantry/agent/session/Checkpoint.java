package dev.gantry.agent.session;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.gantry.agent.journal.Journal;
import dev.gantry.api.core.v1.ConfigMap;
import dev.gantry.api.core.v1.Pod;
import dev.gantry.api.core.v1.Secret;
import dev.gantry.api.v1.NodeObject;
import dev.gantry.api.v1.Snapshot;
import dev.gantry.api.v1.Welcome;
import dev.gantry.loop.LogKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The last state that the control plane told, on disk, so that the agent starts without it.
///
/// Two files: `checkpoint/pods`, a [Journal], holds what this node alone has (settings, pods, their
/// config maps and secrets) and is durable before the agent acts on it; `checkpoint/cluster` holds
/// what every node has and may lag behind: the control plane sends it again, and nothing is killed
/// for the lack of it.
///
/// Format of the latter: the magic bytes, a version, the CRC-32C of the body and its length, then
/// the body: two protobuf messages (Welcome, Snapshot), each after its length. A file that is not
/// exactly that is ignored.
final class Checkpoint {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);
    private static final long MAGIC = 0x47414e5452594350L; // "GANTRYCP"
    private static final int VERSION = 1;
    private static final int HEADER = Long.BYTES + Integer.BYTES + Long.BYTES + Integer.BYTES;

    private static final String WELCOME = "welcome";
    private static final String HEAD = "head";

    private final Journal pods;
    private final Path cluster;
    private Map<String, Message> saved = new TreeMap<>();

    Checkpoint(Path directory) {
        pods = Journal.open(directory.resolve("checkpoint").resolve("pods"));
        cluster = directory.resolve("checkpoint").resolve("cluster");
    }

    /// What was saved last; empty when there is nothing usable.
    Optional<NodeState> load() {
        SortedMap<String, ByteString> values = pods.values();
        ByteString welcome = values.get(WELCOME);
        ByteString head = values.get(HEAD);
        if (welcome == null || head == null) {
            return Optional.empty();
        }
        var state = new LocalState(null);
        try {
            state.welcome(Welcome.parseFrom(welcome));
            read(cluster)
                    .ifPresent(part ->
                            state.snapshot(part.snapshot().toBuilder().setMore(true).build()));
            var snapshot = Snapshot.newBuilder().mergeFrom(head);
            for (var entry : values.entrySet()) {
                if (entry.getKey().indexOf('/') > 0) {
                    snapshot.addObjects(NodeObject.parseFrom(entry.getValue()));
                }
            }
            return state.snapshot(snapshot.build());
        } catch (InvalidProtocolBufferException e) {
            LOG.atError().setCause(e).log("checkpoint is unusable and ignored");
            return Optional.empty();
        }
    }

    /// Makes the node's own part durable before it returns. One thread saves.
    ///
    /// @throws java.io.UncheckedIOException when the disk refuses; the next call tries again
    void savePods(NodeState state) {
        Map<String, Message> wanted = new TreeMap<>();
        wanted.put(WELCOME, state.settings().toWelcome());
        wanted.put(HEAD, head(state).build());
        state.pods().forEach((name, pod) -> wanted.put("Pod/" + name, pod));
        state.configMaps().forEach((name, map) -> wanted.put("ConfigMap/" + name, map));
        state.secrets().forEach((name, secret) -> wanted.put("Secret/" + name, secret));
        Map<String, ByteString> puts = new TreeMap<>();
        wanted.forEach((key, message) -> {
            // Objects that did not change are the same ones as before.
            if (!message.equals(saved.get(key))) {
                puts.put(key, bytes(message));
            }
        });
        Set<String> removals =
                new TreeSet<>(saved.isEmpty() ? pods.values().keySet() : saved.keySet());
        removals.removeAll(wanted.keySet());
        pods.change(puts, removals);
        saved = wanted;
    }

    private static ByteString bytes(Message message) {
        return switch (message) {
            case Pod pod -> object().setPod(pod).build().toByteString();
            case ConfigMap map -> object().setConfigMap(map).build().toByteString();
            case Secret secret -> object().setSecret(secret).build().toByteString();
            default -> message.toByteString();
        };
    }

    /// Makes the part that all nodes share durable before it returns.
    void saveCluster(NodeState state) {
        var snapshot = head(state);
        state.services().values().forEach(o -> snapshot.addObjects(object().setService(o)));
        state.endpointSlices()
                .values()
                .forEach(o -> snapshot.addObjects(object().setEndpointSlice(o)));
        state.nodes().values().forEach(o -> snapshot.addObjects(object().setNode(o)));
        DurableFile.replace(cluster, encode(state.settings().toWelcome(), snapshot.build()));
    }

    private static NodeObject.Builder object() {
        return NodeObject.newBuilder();
    }

    private static Snapshot.Builder head(NodeState state) {
        return Snapshot.newBuilder().setEpoch(state.epoch()).setRevision(state.revision());
    }

    private record Part(Welcome welcome, Snapshot snapshot) {}

    private static byte[] encode(Welcome welcome, Snapshot snapshot) {
        byte[] first = welcome.toByteArray();
        byte[] second = snapshot.toByteArray();
        int length = Integer.BYTES + first.length + Integer.BYTES + second.length;
        var body = ByteBuffer.allocate(length);
        body.putInt(first.length).put(first).putInt(second.length).put(second).flip();
        return ByteBuffer.allocate(HEADER + length)
                .putLong(MAGIC)
                .putInt(VERSION)
                .putLong(checksum(body.duplicate()))
                .putInt(length)
                .put(body)
                .array();
    }

    private static Optional<Part> read(Path file) {
        try {
            return Optional.of(decode(ByteBuffer.wrap(Files.readAllBytes(file))));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            LOG.atError()
                    .addKeyValue(LogKeys.PATH, file)
                    .setCause(e)
                    .log("checkpoint is unusable and ignored, the control plane is asked instead");
            return Optional.empty();
        }
    }

    private static Part decode(ByteBuffer file) throws IOException {
        if (file.remaining() < HEADER || file.getLong() != MAGIC) {
            throw new IllegalArgumentException("it does not begin as a checkpoint does");
        }
        int version = file.getInt();
        if (version != VERSION) {
            throw new IllegalArgumentException(
                    "it has version " + version + ", this agent reads version " + VERSION);
        }
        long checksum = file.getLong();
        int length = file.getInt();
        if (length != file.remaining()) {
            throw new IllegalArgumentException(
                    "it should hold " + length + " bytes and holds " + file.remaining());
        }
        if (checksum(file.duplicate()) != checksum) {
            throw new IllegalArgumentException("its content does not match its checksum");
        }
        return new Part(
                Welcome.parseFrom(CodedInputStream.newInstance(slice(file))),
                Snapshot.parseFrom(CodedInputStream.newInstance(slice(file))));
    }

    private static ByteBuffer slice(ByteBuffer file) {
        int length = file.getInt();
        var part = file.slice(file.position(), length);
        file.position(file.position() + length);
        return part;
    }

    private static long checksum(ByteBuffer body) {
        var crc = new CRC32C();
        crc.update(body);
        return crc.getValue();
    }
}

package dev.gantry.controlplane.cache;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.Meta;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.meta.v1.ObjectMeta;
import dev.gantry.api.v1.Envelope;
import dev.gantry.controlplane.store.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Translates between objects and what stands in the store: the key
/// `/gantry/v1/GROUP/PLURAL/NAMESPACE/NAME` (`core` for the empty group, `-` for no namespace) and
/// the value, an [Envelope].
final class ObjectCodec {
    static final String ROOT = "/gantry/v1/";

    private static final String NO_GROUP = "core";
    private static final String NO_NAMESPACE = "-";
    private static final int PARTS = 4;

    private static final Map<String, Kind> BY_PATH = new HashMap<>();

    static {
        Kinds.all().forEach(kind -> BY_PATH.put(path(kind), kind));
    }

    private ObjectCodec() {}

    private static String path(Kind kind) {
        return (kind.group().isEmpty() ? NO_GROUP : kind.group()) + "/" + kind.plural();
    }

    static String key(ObjectKey key) {
        String namespace = key.namespace().isEmpty() ? NO_NAMESPACE : key.namespace();
        return ROOT + path(key.kind()) + "/" + namespace + "/" + key.name();
    }

    /// The object that a key of the store names; empty for keys that hold something else.
    static Optional<ObjectKey> parse(String key) {
        if (!key.startsWith(ROOT)) {
            return Optional.empty();
        }
        List<String> parts = List.of(key.substring(ROOT.length()).split("/", -1));
        if (parts.size() != PARTS) {
            return Optional.empty();
        }
        String namespace = parts.get(2).equals(NO_NAMESPACE) ? "" : parts.get(2);
        return Optional.ofNullable(BY_PATH.get(parts.get(0) + "/" + parts.get(1)))
                .map(kind -> new ObjectKey(kind, namespace, parts.get(3)));
    }

    /// What is stored for an object. Equal objects give equal bytes; the resourceVersion is left
    /// out, since it is the revision of the key.
    static ByteString encode(Message object) {
        Kind kind = Kinds.of(object);
        return deterministic(
                Envelope.newBuilder()
                        .setApiVersion(kind.apiVersion())
                        .setKind(kind.name())
                        .setObject(
                                deterministic(
                                        Meta.edit(
                                                object, ObjectMeta.Builder::clearResourceVersion)))
                        .build());
    }

    private static ByteString deterministic(Message message) {
        ByteString.Output bytes = ByteString.newOutput(message.getSerializedSize());
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("failed to serialize in memory", e);
        }
        return bytes.toByteString();
    }

    /// The object in an entry, with its resourceVersion.
    ///
    /// @throws IllegalArgumentException when the value is not what belongs under such a key
    static Message decode(ObjectKey key, Entry entry) {
        Envelope envelope;
        try {
            envelope = Envelope.parseFrom(entry.value());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("no envelope under " + entry.key(), e);
        }
        if (!envelope.getKind().equals(key.kind().name())
                || !envelope.getApiVersion().equals(key.kind().apiVersion())) {
            throw new IllegalArgumentException(
                    "a "
                            + envelope.getApiVersion()
                            + " "
                            + envelope.getKind()
                            + " under "
                            + entry.key());
        }
        if (!envelope.getEncryption().isEmpty()) {
            throw new IllegalArgumentException(
                    "no key for the encryption " + envelope.getEncryption() + " of " + entry.key());
        }
        return at(key.kind().parse(envelope.getObject()), entry.modRevision());
    }

    /// An object with the resourceVersion of a revision.
    static Message at(Message object, long revision) {
        return Meta.edit(object, meta -> meta.setResourceVersion(Long.toString(revision)));
    }
}

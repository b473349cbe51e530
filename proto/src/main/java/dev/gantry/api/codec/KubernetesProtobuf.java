package dev.gantry.api.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.runtime.TypeMeta;
import dev.gantry.api.runtime.Unknown;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// Kubernetes' protobuf form of an object: the bytes `k8s\0`, then a `runtime.Unknown` around the
/// message.
public final class KubernetesProtobuf {
    private static final ByteString MAGIC = ByteString.copyFrom(new byte[] {'k', '8', 's', 0});

    private KubernetesProtobuf() {}

    /// Reads an object; zeros that only mean absence are dropped, so that it equals the object read
    /// from JSON.
    ///
    /// @throws ManifestException when the bytes are no such envelope, of no known kind or hold
    ///   unknown fields
    public static Message read(byte[] bytes) {
        ByteString all = ByteString.copyFrom(bytes);
        if (!all.startsWith(MAGIC)) {
            throw failure("not Kubernetes' protobuf: does not begin with k8s\\0");
        }
        List<Problem> problems = new ArrayList<>();
        Message object;
        try {
            Unknown envelope = Unknown.parseFrom(all.substring(MAGIC.size()));
            String apiVersion = envelope.getTypeMeta().getApiVersion();
            String kindName = envelope.getTypeMeta().getKind();
            Kind kind =
                    Kinds.of(apiVersion, kindName)
                            .orElseThrow(() -> failure(UnknownKind.explain(apiVersion, kindName)));
            if (!envelope.getContentEncoding().isEmpty()) {
                throw failure(
                        "content encoding " + envelope.getContentEncoding() + " is not supported");
            }
            Message read = kind.prototype().getParserForType().parseFrom(envelope.getRaw());
            object = new Normal((field, text) -> problems.add(problem(field, text))).of(read);
        } catch (InvalidProtocolBufferException e) {
            throw failure("not valid protobuf: " + e.getMessage());
        }
        if (!problems.isEmpty()) {
            throw new ManifestException(problems);
        }
        return object;
    }

    /// The object in its envelope, in deterministic bytes.
    public static byte[] write(Message object) {
        Kind kind = Kinds.of(object);
        TypeMeta type =
                TypeMeta.newBuilder().setApiVersion(kind.apiVersion()).setKind(kind.name()).build();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        try {
            CodedOutputStream coded = CodedOutputStream.newInstance(raw);
            coded.useDeterministicSerialization();
            object.writeTo(coded);
            coded.flush();
            MAGIC.writeTo(out);
            Unknown.newBuilder()
                    .setTypeMeta(type)
                    .setRaw(ByteString.copyFrom(raw.toByteArray()))
                    .setContentEncoding("")
                    .setContentType("")
                    .build()
                    .writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("failed to write to memory", e);
        }
        return out.toByteArray();
    }

    private static ManifestException failure(String message) {
        return new ManifestException(List.of(problem("", message)));
    }

    private static Problem problem(String field, String message) {
        return new Problem("", Position.UNKNOWN, field, message);
    }
}

package dev.gantry.controlplane.api;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.gantry.api.kind.Kind;
import dev.gantry.api.kind.Kinds;
import dev.gantry.api.kind.ObjectKey;
import dev.gantry.api.v1.ApplyRequest;
import dev.gantry.api.v1.KindRef;
import dev.gantry.api.v1.ObjectRef;
import dev.gantry.api.v1.WriteRequest;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// Short forms of requests, and what errors say.
final class Clients {
    private Clients() {}

    static Message object(Kind kind, String text) {
        try {
            var builder = kind.prototype().newBuilderForType();
            TextFormat.merge(text, builder);
            return builder.build();
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    static Message configMap(String name, String value) {
        return object(
                Kinds.CONFIG_MAP,
                "metadata{name:\"%s\" namespace:\"default\"} data{key:\"k\" value:\"%s\"}"
                        .formatted(name, value));
    }

    static Message pod(String name, String more) {
        return object(
                Kinds.POD,
                ("metadata{name:\"%s\" namespace:\"default\"} spec{containers{name:\"c\" "
                                + "image:\"i\" imagePullPolicy:\"Always\" "
                                + "terminationMessagePath:\"/t\""
                                + " terminationMessagePolicy:\"File\"} %s}")
                        .formatted(name, more));
    }

    static WriteRequest write(Message... objects) {
        return WriteRequest.newBuilder()
                .addAllObjects(List.of(objects).stream().map(Wire::object).toList())
                .build();
    }

    static ApplyRequest apply(Message... objects) {
        return ApplyRequest.newBuilder()
                .addAllObjects(List.of(objects).stream().map(Wire::object).toList())
                .build();
    }

    static KindRef ref(Kind kind) {
        return KindRef.newBuilder().setApiVersion(kind.apiVersion()).setKind(kind.name()).build();
    }

    static ObjectRef ref(Message object) {
        var key = ObjectKey.of(object);
        return ObjectRef.newBuilder()
                .setKind(ref(key.kind()))
                .setNamespace(key.namespace())
                .setName(key.name())
                .build();
    }

    /// `CODE REASON message`, then the field violations, a line each.
    static String error(ThrowingCallable call) {
        var thrown = Assertions.catchThrowable(call);
        if (!(thrown instanceof StatusRuntimeException e)) {
            return "no error: " + thrown;
        }
        var text = new StringBuilder(e.getStatus().getCode().toString());
        var status = StatusProto.fromThrowable(e);
        detail(status, ErrorInfo.class).ifPresent(i -> text.append(' ').append(i.getReason()));
        text.append(' ').append(e.getStatus().getDescription());
        detail(status, BadRequest.class)
                .ifPresent(b ->
                        b.getFieldViolationsList()
                                .forEach(v ->
                                        text.append("\n- ")
                                                .append(v.getField())
                                                .append(": ")
                                                .append(v.getDescription())));
        return text.toString();
    }

    private static <M extends Message> Optional<M> detail(
            com.google.rpc.@org.jspecify.annotations.Nullable Status status, Class<M> type) {
        if (status == null) {
            return Optional.empty();
        }
        for (var any : status.getDetailsList()) {
            if (any.is(type)) {
                try {
                    return Optional.of(any.unpack(type));
                } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return Optional.empty();
    }
}

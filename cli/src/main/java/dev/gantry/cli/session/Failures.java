package dev.gantry.cli.session;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;

/// What a failed call tells the user.
public final class Failures {
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    /// A field that the server refused.
    public record Violation(String field, String message) {}

    private Failures() {}

    /// The message, one thing a line.
    public static String text(StatusRuntimeException e) {
        List<Violation> violations = violations(e);
        if (!violations.isEmpty()) {
            return String.join(
                    "\n",
                    violations.stream()
                            .map(v ->
                                    v.field().isEmpty()
                                            ? v.message()
                                            : v.field() + ": " + v.message())
                            .toList());
        }
        Status status = e.getStatus();
        String why = status.getDescription() == null ? "" : status.getDescription();
        return switch (status.getCode()) {
            case UNAVAILABLE ->
                    why.startsWith("cannot reach")
                            ? why
                                    + ". Is it running? Start it with gantry up, or see gantry"
                                    + " config view"
                            : why.isEmpty() ? "the control plane is not available" : why;
            case DEADLINE_EXCEEDED ->
                    why.isEmpty() ? "the control plane did not answer in time" : why;
            case UNIMPLEMENTED -> "the control plane is older than this client: " + why;
            case UNAUTHENTICATED, PERMISSION_DENIED -> "not allowed: " + why;
            default -> why.isEmpty() ? "the call failed: " + status.getCode() : why;
        };
    }

    /// The fields that the server refused, in its order.
    public static List<Violation> violations(StatusRuntimeException e) {
        List<Violation> found = new ArrayList<>();
        Metadata trailers = e.getTrailers();
        byte[] bytes = trailers == null ? null : trailers.get(DETAILS);
        if (bytes == null) {
            return found;
        }
        try {
            for (Any detail : com.google.rpc.Status.parseFrom(bytes).getDetailsList()) {
                if (!detail.is(BadRequest.class)) {
                    continue;
                }
                for (var v : detail.unpack(BadRequest.class).getFieldViolationsList()) {
                    found.add(new Violation(v.getField(), v.getDescription()));
                }
            }
        } catch (InvalidProtocolBufferException _) {
            // Details that cannot be read add nothing to the status.
        }
        return found;
    }
}

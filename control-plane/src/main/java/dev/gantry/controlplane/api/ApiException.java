package dev.gantry.controlplane.api;

import dev.gantry.api.validation.Violation;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A request that is answered with an error. Its reason decides the gRPC status; nobody else does.
/// The message is for the person who sent the request.
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Why. The names travel in `ErrorInfo.reason`: clients branch on them, so they never change.
    public enum Reason {
        INVALID(Status.Code.INVALID_ARGUMENT),
        NOT_FOUND(Status.Code.NOT_FOUND),
        ALREADY_EXISTS(Status.Code.ALREADY_EXISTS),
        /// The object has changed since it was read: read it again.
        CONFLICT(Status.Code.ABORTED),
        /// The revision is no longer kept: list again.
        COMPACTED(Status.Code.OUT_OF_RANGE),
        /// The continue token is too old: list again from the start.
        EXPIRED(Status.Code.OUT_OF_RANGE),
        /// The client reads too slowly: watch again from the last revision seen.
        SLOW(Status.Code.ABORTED),
        NAMESPACE_TERMINATING(Status.Code.FAILED_PRECONDITION),
        EXHAUSTED(Status.Code.RESOURCE_EXHAUSTED),
        FORBIDDEN(Status.Code.PERMISSION_DENIED),
        UNAUTHENTICATED(Status.Code.UNAUTHENTICATED),
        UNIMPLEMENTED(Status.Code.UNIMPLEMENTED),
        /// The store does not answer; later it may.
        UNAVAILABLE(Status.Code.UNAVAILABLE),
        INTERNAL(Status.Code.INTERNAL);

        private final Status.Code code;

        Reason(Status.Code code) {
            this.code = code;
        }

        Status.Code code() {
            return code;
        }
    }

    private final Reason reason;
    private final transient List<Violation> violations;
    private final transient Map<String, String> metadata;

    public ApiException(Reason reason, String message) {
        this(reason, message, List.of(), Map.of(), null);
    }

    public ApiException(
            Reason reason,
            String message,
            List<Violation> violations,
            Map<String, String> metadata,
            @org.jspecify.annotations.Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.violations = List.copyOf(violations);
        this.metadata = new TreeMap<>(metadata);
    }

    /// A request with one wrong field.
    public static ApiException invalid(String field, String message) {
        var violation = new Violation(field, Violation.Reason.INVALID, message);
        return invalid(field + ": " + message, List.of(violation));
    }

    static ApiException invalid(String message, List<Violation> violations) {
        return new ApiException(Reason.INVALID, message, violations, Map.of(), null);
    }

    public Reason reason() {
        return reason;
    }

    List<Violation> violations() {
        return violations;
    }

    Map<String, String> metadata() {
        return metadata;
    }
}

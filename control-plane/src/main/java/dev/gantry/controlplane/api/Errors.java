package dev.gantry.controlplane.api;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.RetryInfo;
import dev.gantry.controlplane.certificate.CertificateException;
import dev.gantry.controlplane.store.StoreException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place that turns an error into a gRPC status with details.
public final class Errors {
    private static final Logger LOG = LoggerFactory.getLogger(Errors.class);
    private static final String DOMAIN = "gantry.dev";

    /// Clients wait this long before they try an unavailable store again: etcd elects within a
    /// second.
    private static final int RETRY_SECONDS = 1;

    private static final Metadata.Key<com.google.rpc.Status> DETAILS =
            Metadata.Key.of(
                    "grpc-status-details-bin",
                    ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

    private Errors() {}

    /// The status of any error that a call ends with. A bug is logged here and answered without its
    /// text.
    public static StatusRuntimeException of(Throwable error) {
        if (error instanceof StatusRuntimeException status) {
            return status;
        }
        var api = classify(error);
        return status(api).asRuntimeException(trailers(api));
    }

    static Status status(ApiException error) {
        return Status.fromCode(error.reason().code()).withDescription(text(error));
    }

    static Metadata trailers(ApiException error) {
        var details =
                com.google.rpc.Status.newBuilder()
                        .setCode(error.reason().code().value())
                        .setMessage(text(error));
        var cause =
                ErrorInfo.newBuilder()
                        .setReason(error.reason().name())
                        .setDomain(DOMAIN)
                        .putAllMetadata(error.metadata());
        details.addDetails(Any.pack(cause.build()));
        if (!error.violations().isEmpty()) {
            var request = BadRequest.newBuilder();
            for (var violation : error.violations()) {
                request.addFieldViolationsBuilder()
                        .setField(violation.field())
                        .setReason(violation.reason().code())
                        .setDescription(violation.message());
            }
            details.addDetails(Any.pack(request.build()));
        }
        if (error.reason() == ApiException.Reason.CONFLICT) {
            var failure = PreconditionFailure.newBuilder();
            failure.addViolationsBuilder()
                    .setType("CONFLICT")
                    .setSubject(error.metadata().getOrDefault("object", ""))
                    .setDescription(text(error));
            details.addDetails(Any.pack(failure.build()));
        }
        if (error.reason() == ApiException.Reason.UNAVAILABLE) {
            var retry = RetryInfo.newBuilder();
            retry.getRetryDelayBuilder().setSeconds(RETRY_SECONDS);
            details.addDetails(Any.pack(retry.build()));
        }
        var trailers = new Metadata();
        trailers.put(DETAILS, details.build());
        return trailers;
    }

    private static ApiException classify(Throwable error) {
        return switch (error) {
            case ApiException api -> api;
            case StoreException store -> of(store);
            case CertificateException certificate ->
                    ApiException.invalid("certificateRequest", text(certificate));
            case InterruptedException _ -> {
                Thread.currentThread().interrupt();
                yield new ApiException(
                        ApiException.Reason.UNAVAILABLE, "the call or the server is stopping");
            }
            default -> {
                LOG.atError().setCause(error).log("call failed by a bug");
                yield new ApiException(
                        ApiException.Reason.INTERNAL, "internal error, see the server's log");
            }
        };
    }

    private static ApiException of(StoreException store) {
        var reason =
                switch (store.reason()) {
                    case UNAVAILABLE, OUTCOME_UNKNOWN, CLOSED -> ApiException.Reason.UNAVAILABLE;
                    case COMPACTED -> ApiException.Reason.COMPACTED;
                    case TOO_LARGE -> ApiException.Reason.INVALID;
                    case REFUSED -> ApiException.Reason.EXHAUSTED;
                    case NO_LEASE -> ApiException.Reason.INTERNAL;
                };
        if (store.reason() != StoreException.Reason.COMPACTED) {
            LOG.atWarn().addKeyValue("reason", store.reason()).setCause(store).log("store failed");
        }
        return new ApiException(
                reason,
                "the store could not do it: " + text(store),
                List.of(),
                Map.of("outcomeUnknown", Boolean.toString(store.outcomeUnknown())),
                store);
    }

    private static String text(Throwable error) {
        return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
    }
}

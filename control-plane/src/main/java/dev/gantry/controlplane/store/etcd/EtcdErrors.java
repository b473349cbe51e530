package dev.gantry.controlplane.store.etcd;

import dev.gantry.controlplane.store.StoreException;
import dev.gantry.controlplane.store.StoreException.Reason;
import io.grpc.Status;
import java.net.ConnectException;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Turns gRPC's statuses into the store's exceptions, in plain words.
final class EtcdErrors {
    private static final String PREFIX = "etcdserver: ";

    private EtcdErrors() {}

    /// Whether a request that ended so may have been carried out, or may still be: etcd took it in
    /// and did not say what became of it.
    static boolean unanswered(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, UNKNOWN, INTERNAL, ABORTED, DATA_LOSS ->
                    true;
            default -> false;
        };
    }

    static StoreException of(String attempt, URI endpoint, Status status) {
        String where = "etcd at " + endpoint.getHost() + ":" + endpoint.getPort();
        return switch (reason(status)) {
            case UNAVAILABLE ->
                    new StoreException(
                            Reason.UNAVAILABLE,
                            where + " does not answer: " + words(status),
                            status.getCause());
            case Reason reason ->
                    new StoreException(
                            reason,
                            "failed to " + attempt + ": " + where + " says: " + words(status),
                            status.getCause());
        };
    }

    private static Reason reason(Status status) {
        String description = description(status);
        return switch (status.getCode()) {
            case NOT_FOUND -> description.contains("lease") ? Reason.NO_LEASE : Reason.REFUSED;
            case INVALID_ARGUMENT ->
                    description.contains("too large") ? Reason.TOO_LARGE : Reason.REFUSED;
            case RESOURCE_EXHAUSTED ->
                    description.contains("too many requests")
                            ? Reason.UNAVAILABLE
                            : description.contains("larger than max")
                                    ? Reason.TOO_LARGE
                                    : Reason.REFUSED;
            default -> unanswered(status) ? Reason.UNAVAILABLE : Reason.REFUSED;
        };
    }

    private static String words(Status status) {
        Optional<String> network = network(status.getCause());
        if (network.isPresent()) {
            return network.get();
        }
        if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
            return "no answer in time";
        }
        String description = description(status);
        int line = description.indexOf('\n');
        String first = line < 0 ? description : description.substring(0, line);
        return first.startsWith(PREFIX) ? first.substring(PREFIX.length()) : first;
    }

    private static String description(Status status) {
        String description = status.getDescription();
        return description == null ? status.getCode().name().toLowerCase(Locale.ROOT) : description;
    }

    // What a network error says at the bottom of its causes, without addresses and class names.
    private static Optional<String> network(@Nullable Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            String message = String.valueOf(at.getMessage());
            if (message.contains("Connection refused")) {
                return Optional.of("connection refused");
            }
            if (at instanceof javax.net.ssl.SSLException) {
                return Optional.of("TLS failed: " + message);
            }
            if (at instanceof ConnectException && at.getCause() == null) {
                return Optional.of(message.toLowerCase(Locale.ROOT));
            }
        }
        return Optional.empty();
    }
}

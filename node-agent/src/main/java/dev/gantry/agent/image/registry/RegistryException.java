package dev.gantry.agent.image.registry;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import org.jspecify.annotations.Nullable;

/// A registry did not give what it was asked for. The message holds no secret.
public final class RegistryException extends IOException {
    private static final long serialVersionUID = 1L;

    /// Why.
    public enum Kind {
        NOT_FOUND,
        UNAUTHORIZED,
        UNAVAILABLE,
        RATE_LIMITED,
        BAD_ANSWER
    }

    private final Kind kind;

    /// No answer came.
    ///
    /// @param host as the image's name says it, with the port
    public static RegistryException unreachable(String host, @Nullable IOException failure) {
        String why =
                switch (failure) {
                    case null -> "";
                    case HttpConnectTimeoutException _ ->
                            ": no connection in time: check the address, and firewalls on the way";
                    case HttpTimeoutException _ -> ": it takes connections but does not answer";
                    case ConnectException e ->
                            e.getMessage() == null || e.getMessage().equals("Connection refused")
                                    ? ": nothing listens there (connection refused)"
                                    : ": " + e.getMessage();
                    default -> ": " + failure.getMessage();
                };
        return new RegistryException(
                Kind.UNAVAILABLE, "the registry " + host + " cannot be reached" + why, failure);
    }

    RegistryException(Kind kind, String message) {
        this(kind, message, null);
    }

    RegistryException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}

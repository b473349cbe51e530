package dev.gantry.agent.network;

import org.jspecify.annotations.Nullable;

/// The node's network could not be made or changed. The message says what was attempted and, where
/// it is known, what to do about it.
public final class NetworkException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NetworkException(String message) {
        this(message, null);
    }

    public NetworkException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

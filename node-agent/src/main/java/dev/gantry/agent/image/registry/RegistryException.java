package dev.gantry.agent.image.registry;

import java.io.IOException;
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

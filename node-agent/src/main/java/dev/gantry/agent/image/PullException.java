package dev.gantry.agent.image;

import org.jspecify.annotations.Nullable;

/// An image could not be had. The message is a plain sentence for the one who named the image
/// (`docker.io/library/busybox:nope: not found`) and holds no secret.
public final class PullException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Why.
    public enum Reason {
        /// The name cannot be read.
        INVALID_NAME(false),
        /// The registry has no such repository, tag or digest.
        NOT_FOUND(false),
        /// Credentials are missing or do not suffice.
        UNAUTHORIZED(false),
        /// No connection, or the registry says that it cannot serve now.
        UNAVAILABLE(true),
        /// The registry asks to come later (429).
        RATE_LIMITED(true),
        /// The bytes are not those that the digest names, again and again.
        MISMATCH(true),
        /// A manifest, config or layer that this node does not run or that breaks a limit.
        UNUSABLE(false),
        /// The disk is full or fails.
        STORAGE(true);

        private final boolean retryable;

        Reason(boolean retryable) {
            this.retryable = retryable;
        }
    }

    private final Reason reason;

    /// @param cause null where the message says it all
    public PullException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public PullException(Reason reason, String message) {
        this(reason, message, null);
    }

    public Reason reason() {
        return reason;
    }

    /// Whether the same request may succeed later without anybody changing anything.
    public boolean retryable() {
        return reason.retryable;
    }
}

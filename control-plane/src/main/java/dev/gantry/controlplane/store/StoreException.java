package dev.gantry.controlplane.store;

import org.jspecify.annotations.Nullable;

/// The store did not do what it was asked for, through no fault of the caller's.
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Why.
    public enum Reason {
        /// The store does not answer, or has no quorum: later it may.
        UNAVAILABLE,
        /// It may or may not have happened: the store was lost before it could be asked.
        OUTCOME_UNKNOWN,
        /// The store is closed.
        CLOSED,
        /// A revision that is no longer kept.
        COMPACTED,
        /// The request is larger than the store takes.
        TOO_LARGE,
        /// The lease that a put names does not exist.
        NO_LEASE,
        /// Anything else that the store refuses, such as running out of space.
        REFUSED
    }

    private final Reason reason;

    public StoreException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /// Whether the same call may succeed later.
    public boolean retryable() {
        return reason == Reason.UNAVAILABLE || reason == Reason.OUTCOME_UNKNOWN;
    }

    /// Whether the write may have happened.
    public boolean outcomeUnknown() {
        return reason == Reason.OUTCOME_UNKNOWN;
    }
}

package dev.gantry.agent.session;

/// A request to the node that failed for a reason its caller should read. The session carries it to
/// the caller as a gRPC status; anything else that {@link NodeWork} throws is reported as internal.
public final class WorkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// What kind of failure it was, as gRPC's status codes have it.
    public enum Reason {
        /// The pod, container or image is not here.
        NOT_FOUND(5),
        /// The request itself is wrong.
        INVALID(3),
        /// It is here but not in a state that allows the request (a container that does not run).
        NOT_POSSIBLE_NOW(9),
        /// Something that the node depends on does not answer (a registry); a retry may help.
        UNAVAILABLE(14),
        /// The node lacks room or memory.
        EXHAUSTED(8),
        /// The node cannot do this at all.
        UNSUPPORTED(12),
        /// Anything else.
        INTERNAL(13);

        private final int code;

        Reason(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    private final Reason reason;

    /// @param message a sentence for people, without a period
    public WorkException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /// @param message a sentence for people, without a period
    public WorkException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}

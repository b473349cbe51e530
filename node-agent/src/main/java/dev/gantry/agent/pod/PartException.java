package dev.gantry.agent.pod;

/// Something that a pod needs cannot be had now; the pod waits and tries again.
public final class PartException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String reason;

    /// @param reason the word for status or event
    /// @param message a sentence for the pod's owner, without a period
    public PartException(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    /// @param cause what went wrong below
    public PartException(String reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /// The word for status or event.
    public String reason() {
        return reason;
    }
}

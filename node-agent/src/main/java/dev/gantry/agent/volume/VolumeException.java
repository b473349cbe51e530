package dev.gantry.agent.volume;

/// A volume cannot be had now; the message names it and the reason.
public final class VolumeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param message a sentence for the pod's owner, without a period
    public VolumeException(String message) {
        super(message);
    }

    /// @param cause what failed below
    public VolumeException(String message, Throwable cause) {
        super(message, cause);
    }
}

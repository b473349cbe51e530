package dev.gantry.agent.facts;

/// The pod asks for something that does not exist or that this node refuses; the message names the
/// field or object.
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param message a sentence for the pod's owner, without a period
    public ConfigException(String message) {
        super(message);
    }
}

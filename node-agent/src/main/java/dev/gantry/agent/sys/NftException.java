package dev.gantry.agent.sys;

/// libnftables or the kernel refused commands; nothing of them took effect.
public final class NftException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NftException(String message) {
        super(message);
    }
}

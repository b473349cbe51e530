package dev.gantry.loop;

/// Something that must always hold does not: a bug of ours, never a fault of the world.
public final class BrokenInvariantException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public BrokenInvariantException(String message) {
        super(message);
    }
}

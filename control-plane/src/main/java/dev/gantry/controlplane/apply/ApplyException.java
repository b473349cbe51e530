package dev.gantry.controlplane.apply;

/// A manifest or a patch that cannot be merged.
public final class ApplyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String field;

    /// @param field the path of the field, or of the patch's place, that is wrong
    public ApplyException(String field, String message) {
        super(message);
        this.field = field;
    }

    public String field() {
        return field;
    }
}

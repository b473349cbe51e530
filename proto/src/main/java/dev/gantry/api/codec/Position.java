package dev.gantry.api.codec;

/// A place in a text; both numbers count from 1. Line 0 means that the place is not known.
public record Position(int line, int column) {
    /// The place of what stands in no text.
    public static final Position UNKNOWN = new Position(0, 0);
}

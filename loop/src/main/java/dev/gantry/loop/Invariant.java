package dev.gantry.loop;

/// Checks of what must always hold. They stay on in production: a broken invariant is a bug, and
/// going on would spread it.
public final class Invariant {

    private Invariant() {}

    /// @throws BrokenInvariantException when `condition` is false
    public static void check(boolean condition, String message) {
        if (!condition) {
            throw new BrokenInvariantException(message);
        }
    }
}

package dev.gantry.agent.session;

/// The other end of a stream went away: nobody reads or writes it any more. Whoever gets it stops
/// working for that stream and releases what it holds; there is nobody to tell.
public final class TunnelClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TunnelClosedException(String message) {
        super(message);
    }
}

package dev.gantry.controlplane.store;

/// The revision asked for is no longer kept: read all anew.
public final class CompactedException extends StoreException {
    private static final long serialVersionUID = 1L;

    private final long oldest;

    /// @param oldest the oldest revision that is still kept
    public CompactedException(long asked, long oldest) {
        super(
                Reason.COMPACTED,
                "revision " + asked + " is compacted, the oldest kept is " + oldest,
                null);
        this.oldest = oldest;
    }

    public long oldest() {
        return oldest;
    }
}

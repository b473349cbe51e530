package dev.gantry.agent.image;

/// Told how a pull or a load comes along; called from several threads, one call at a time, and must
/// not block.
@FunctionalInterface
public interface ProgressListener {
    /// Wants to hear nothing.
    ProgressListener NONE = progress -> {};

    /// Called on each change of phase or finished layer, else no more than ten times a second.
    void on(Progress progress);

    /// The states an image passes through, in this order.
    enum Phase {
        RESOLVING,
        DOWNLOADING,
        PRESENT
    }

    /// @param bytesDone compressed bytes so far
    /// @param bytesTotal 0 while unknown
    record Progress(
            String image,
            Phase phase,
            long bytesDone,
            long bytesTotal,
            int layersDone,
            int layersTotal) {}
}

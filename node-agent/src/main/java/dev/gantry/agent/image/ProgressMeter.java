package dev.gantry.agent.image;

import dev.gantry.agent.image.ProgressListener.Phase;
import dev.gantry.agent.image.ProgressListener.Progress;
import java.util.concurrent.TimeUnit;

/// Adds up what the layers of one image report and tells the listener, not too often.
final class ProgressMeter {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String image;
    private final ProgressListener listener;
    private Phase phase = Phase.RESOLVING;
    private long bytesDone;
    private long bytesTotal;
    private int layersDone;
    private int layersTotal;
    private long told = System.nanoTime();

    ProgressMeter(String image, ProgressListener listener) {
        this.image = image;
        this.listener = listener;
    }

    synchronized void resolving() {
        tell();
    }

    synchronized void start(long bytes, int layers) {
        phase = Phase.DOWNLOADING;
        bytesTotal = bytes;
        layersTotal = layers;
        tell();
    }

    synchronized void bytes(long count) {
        bytesDone += count;
        if (System.nanoTime() - told >= INTERVAL_NANOS) {
            tell();
        }
    }

    synchronized void layerDone(long bytesUncounted) {
        bytesDone += bytesUncounted;
        layersDone++;
        tell();
    }

    synchronized void present() {
        phase = Phase.PRESENT;
        tell();
    }

    private void tell() {
        told = System.nanoTime();
        listener.on(new Progress(image, phase, bytesDone, bytesTotal, layersDone, layersTotal));
    }
}

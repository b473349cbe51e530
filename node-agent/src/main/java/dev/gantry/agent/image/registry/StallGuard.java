package dev.gantry.agent.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A response's body that breaks off when nothing comes for too long: the JDK's own timeout ends
/// with the headers. A reader that is itself slow does not count.
final class StallGuard extends InputStream {
    private static final int CHECKS = 4;

    private final InputStream in;
    private final long maxNanos;
    // 0: nobody waits.
    private volatile long waitingSince;
    private volatile boolean closed;
    private volatile boolean stalled;

    private StallGuard(InputStream in, Duration max) {
        this.in = in;
        this.maxNanos = max.toNanos();
        checkLater();
    }

    /// @param max silence that is borne
    static HttpResponse.BodyHandler<InputStream> handler(Duration max) {
        return head ->
                HttpResponse.BodySubscribers.mapping(
                        HttpResponse.BodySubscribers.ofInputStream(),
                        body -> new StallGuard(body, max));
    }

    private void checkLater() {
        CompletableFuture.delayedExecutor(maxNanos / CHECKS, TimeUnit.NANOSECONDS)
                .execute(this::check);
    }

    private void check() {
        if (closed) {
            return;
        }
        long since = waitingSince;
        if (since != 0 && System.nanoTime() - since > maxNanos) {
            stalled = true;
            try {
                // Wakes the reader.
                in.close();
            } catch (IOException e) {
                // The connection is gone anyway.
                closed = true;
            }
            return;
        }
        checkLater();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int count = read(one, 0, 1);
        return count < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        waitingSince = System.nanoTime() | 1;
        try {
            int count = in.read(buffer, offset, length);
            if (stalled && count < 0) {
                throw silence(null);
            }
            return count;
        } catch (IOException e) {
            throw stalled ? silence(e) : e;
        } finally {
            waitingSince = 0;
        }
    }

    private IOException silence(@Nullable IOException cause) {
        return new IOException(
                "nothing came for " + TimeUnit.NANOSECONDS.toMillis(maxNanos) / 1000.0 + " s",
                cause);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        in.close();
    }
}

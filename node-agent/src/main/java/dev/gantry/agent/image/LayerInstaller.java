package dev.gantry.agent.image;

import dev.gantry.agent.image.BlobStore.Incoming;
import dev.gantry.agent.image.LayerStore.Layer;
import dev.gantry.agent.image.PullException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/// Takes a layer in as one stream: stored, its digest taken, decompressed, the digest of that
/// taken, extracted. Nothing is read twice, and nothing exists before both digests were right.
final class LayerInstaller {
    private static final int BUFFER = 64 * 1024;

    private final BlobStore blobs;
    private final LayerStore layers;

    LayerInstaller(BlobStore blobs, LayerStore layers) {
        this.blobs = blobs;
        this.layers = layers;
    }

    /// From a blob that is already in the store.
    Layer fromStore(String image, Digest diffId, Digest blob) throws InterruptedException {
        try (InputStream raw = Files.newInputStream(blobs.path(blob))) {
            return install(image, diffId, blob, new Tee(raw, null));
        } catch (InterruptedIOException e) {
            throw interrupted();
        } catch (IOException e) {
            throw Faults.of(image, e);
        }
    }

    /// From a registry; the blob becomes the store's, too.
    ///
    /// @param raw closed here
    Layer fromStream(String image, Digest diffId, Digest blob, InputStream raw)
            throws InterruptedException {
        try (InputStream source = raw;
                Incoming incoming = blobs.incoming(blob.algorithm())) {
            return install(image, diffId, blob, new Tee(source, incoming));
        } catch (InterruptedIOException e) {
            throw interrupted();
        } catch (IOException e) {
            throw Faults.of(image, e);
        }
    }

    private static InterruptedException interrupted() {
        return new InterruptedException("the layer's unpacking was stopped");
    }

    private Layer install(String image, Digest diffId, Digest blob, Tee source) throws IOException {
        try (LayerStore.Pending pending = layers.begin(diffId.algorithm())) {
            Digest unpacked;
            try (InputStream plain = Decompression.open(source)) {
                unpacked = pending.extract(plain);
            } catch (IOException e) {
                throw reasonOf(image, blob, source, e);
            }
            source.drain();
            source.commit(image, blob);
            if (!unpacked.equals(diffId)) {
                throw new PullException(
                        Reason.UNUSABLE,
                        image
                                + ": the layer "
                                + blob
                                + " unpacks to "
                                + unpacked
                                + ", the image's config wants "
                                + diffId);
            }
            return pending.commit(diffId);
        }
    }

    /// Damaged on the way, or made so? The digest of the rest of the blob tells.
    private static IOException reasonOf(String image, Digest blob, Tee source, IOException e) {
        if (Faults.isNoRoom(e) || e instanceof InterruptedIOException) {
            return e;
        }
        try {
            source.drain();
            source.check(image, blob);
        } catch (IOException second) {
            e.addSuppressed(second);
        }
        return e;
    }

    /// Passes bytes on and, when there is a sink, keeps them. Closing it closes nothing: the blob
    /// is read on behind the decompressor's end.
    private static final class Tee extends InputStream {
        private final InputStream in;
        private final @Nullable Incoming sink;
        private @Nullable Digest digest;

        Tee(InputStream in, @Nullable Incoming sink) {
            this.in = in;
            this.sink = sink;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            int count = read(one, 0, 1);
            return count < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted");
            }
            int count = in.read(buffer, offset, length);
            if (count > 0 && sink != null) {
                sink.write(buffer, offset, count);
            }
            return count;
        }

        @Override
        public int available() throws IOException {
            return in.available();
        }

        @Override
        public void close() {}

        void drain() throws IOException {
            byte[] buffer = new byte[BUFFER];
            int count = read(buffer, 0, buffer.length);
            while (count >= 0) {
                count = read(buffer, 0, buffer.length);
            }
        }

        /// Throws when the bytes are not those that the digest names.
        void check(String image, Digest expected) throws IOException {
            if (sink == null) {
                return;
            }
            Digest got = digest == null ? sink.finish() : digest;
            digest = got;
            if (!got.equals(expected)) {
                throw new PullException(
                        Reason.MISMATCH,
                        image
                                + ": digest mismatch: the registry sent bytes with the digest "
                                + got
                                + " for the layer "
                                + expected
                                + ": push the image again");
            }
        }

        void commit(String image, Digest expected) throws IOException {
            check(image, expected);
            if (sink != null) {
                sink.commit(expected);
            }
        }
    }
}

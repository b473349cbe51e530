package dev.gantry.agent.image;

import dev.gantry.agent.image.Manifests.Descriptor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// `blobs/<algorithm>/<hex>` of an OCI image layout. A blob is there only when its bytes were
/// checked against its digest.
final class BlobStore {
    private final Path blobs;
    private final Path temporary;
    private final AtomicLong counter = new AtomicLong();

    BlobStore(Path directory) {
        this.blobs = directory.resolve("blobs");
        this.temporary = directory.resolve("tmp");
    }

    /// Makes the folders and empties the temporary one.
    void recover() throws IOException {
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            Files.createDirectories(blobs.resolve(algorithm.word()));
        }
        Files.createDirectories(temporary);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(temporary)) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
    }

    Path path(Digest digest) {
        return blobs.resolve(digest.algorithm().word()).resolve(digest.hex());
    }

    boolean has(Digest digest) {
        return Files.isRegularFile(path(digest));
    }

    /// A name in the temporary folder that nobody else has.
    Path temporary() {
        return temporary.resolve("t" + counter.incrementAndGet());
    }

    /// A whole small blob.
    byte[] read(Digest digest, int max) throws IOException {
        Path path = path(digest);
        if (Files.size(path) > max) {
            throw new IOException(digest + " has more than " + max + " bytes");
        }
        return Files.readAllBytes(path);
    }

    Descriptor put(String mediaType, byte[] content) throws IOException {
        Digest digest = Digest.of(content);
        put(digest, content);
        return new Descriptor(mediaType, digest, content.length);
    }

    /// @param digest of these bytes, as the caller has checked
    void put(Digest digest, byte[] content) throws IOException {
        if (!has(digest)) {
            DurableFiles.write(temporary(), path(digest), content);
        }
    }

    void remove(Digest digest) throws IOException {
        Files.deleteIfExists(path(digest));
    }

    List<Digest> all() throws IOException {
        List<Digest> found = new ArrayList<>();
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            try (DirectoryStream<Path> files =
                    Files.newDirectoryStream(blobs.resolve(algorithm.word()))) {
                for (Path file : files) {
                    found.add(new Digest(algorithm, String.valueOf(file.getFileName())));
                }
            }
        }
        return found;
    }

    Incoming incoming(Digest.Algorithm algorithm) throws IOException {
        return new Incoming(algorithm);
    }

    /// A blob on its way in; closing it without [#commit] removes it.
    final class Incoming extends OutputStream {
        private final Digest.Algorithm algorithm;
        private final MessageDigest computation;
        private final Path file = temporary();
        private final FileChannel channel;
        private long size;

        private Incoming(Digest.Algorithm algorithm) throws IOException {
            this.algorithm = algorithm;
            this.computation = algorithm.start();
            this.channel =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            computation.update(bytes, offset, length);
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            try {
                while (buffer.hasRemaining()) {
                    size += channel.write(buffer);
                }
            } catch (ClosedChannelException e) {
                throw e;
            } catch (IOException e) {
                throw new IOException(file + ": " + e.getMessage(), e);
            }
        }

        long size() {
            return size;
        }

        /// Ends the writing; call once.
        Digest finish() throws IOException {
            channel.close();
            return Digest.finish(algorithm, computation);
        }

        /// For reading what was written, until [#commit] or [#close].
        Path file() {
            return file;
        }

        /// @param digest that [#finish] gave
        void commit(Digest digest) throws IOException {
            try (FileChannel written = FileChannel.open(file, StandardOpenOption.READ)) {
                written.force(true);
            }
            DurableFiles.publish(file, path(digest));
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.deleteIfExists(file);
        }
    }
}

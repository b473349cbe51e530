package dev.gantry.agent.image;

import dev.gantry.agent.image.archive.LayerExtractor;
import dev.gantry.agent.image.archive.TreeRemoval;
import dev.gantry.agent.sys.FileCalls;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Unpacked layers. Content is in `layers/<short>/`, a name of 12 characters, so that an overlay
/// mount of 128 layers fits the 4,096 bytes that mount(2) takes; `diffs/<algorithm>-<hex>` holds
/// the short name and the size, and only that file, written last, makes the layer exist.
final class LayerStore {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int SHORT_LENGTH = 12;
    private static final int BUFFER = 128 * 1024;

    private final Path layers;
    private final Path diffs;
    private final BlobStore blobs;
    private final LayerExtractor extractor;
    private final SecureRandom random = new SecureRandom();
    private final ConcurrentMap<Digest, Layer> known = new ConcurrentHashMap<>();

    /// @param size of all files, bytes
    record Layer(Digest diffId, Path directory, long size) {}

    LayerStore(Path directory, BlobStore blobs, LayerExtractor extractor) {
        this.layers = directory.resolve("layers");
        this.diffs = directory.resolve("diffs");
        this.blobs = blobs;
        this.extractor = extractor;
    }

    /// Reads what there is and removes what no layer claims.
    void recover() throws IOException {
        Files.createDirectories(layers);
        Files.createDirectories(diffs);
        Set<Path> claimed = new HashSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(diffs)) {
            for (Path file : files) {
                Optional<Layer> layer = read(file);
                if (layer.isEmpty()) {
                    Files.delete(file);
                } else {
                    known.put(layer.get().diffId(), layer.get());
                    claimed.add(layer.get().directory());
                }
            }
        }
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(layers)) {
            for (Path directory : directories) {
                if (!claimed.contains(directory)) {
                    TreeRemoval.remove(directory);
                }
            }
        }
    }

    private Optional<Layer> read(Path file) throws IOException {
        List<String> words = List.of(Files.readString(file).strip().split(" "));
        String name = String.valueOf(file.getFileName());
        if (words.size() != 2) {
            return Optional.empty();
        }
        try {
            Digest diffId = Digest.parse(name.replace('-', ':'));
            Path directory = layers.resolve(words.getFirst());
            return Files.isDirectory(directory)
                    ? Optional.of(new Layer(diffId, directory, Long.parseLong(words.get(1))))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    Optional<Layer> find(Digest diffId) {
        return Optional.ofNullable(known.get(diffId));
    }

    List<Digest> all() {
        return known.keySet().stream().sorted().toList();
    }

    void remove(Digest diffId) throws IOException {
        Layer layer = known.remove(diffId);
        if (layer != null) {
            Files.deleteIfExists(marker(diffId));
            DurableFiles.syncDirectory(diffs);
            TreeRemoval.remove(layer.directory());
        }
    }

    private Path marker(Digest diffId) {
        return diffs.resolve(diffId.toString().replace(':', '-'));
    }

    /// Starts a layer; its directory disappears when it is closed without a commit.
    Pending begin(Digest.Algorithm algorithm) throws IOException {
        while (true) {
            Path directory = layers.resolve(shortName());
            try {
                Files.createDirectory(
                        directory,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwxr-xr-x")));
                return new Pending(directory, algorithm);
            } catch (FileAlreadyExistsException e) {
                // Another layer drew the same name: draw again.
            }
        }
    }

    private String shortName() {
        StringBuilder name = new StringBuilder(SHORT_LENGTH);
        for (int i = 0; i < SHORT_LENGTH; i++) {
            name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return name.toString();
    }

    /// A layer being unpacked.
    final class Pending implements AutoCloseable {
        private final Path directory;
        private final Digest.Algorithm algorithm;
        private long size;
        private boolean committed;

        private Pending(Path directory, Digest.Algorithm algorithm) {
            this.directory = directory;
            this.algorithm = algorithm;
        }

        /// Unpacks the archive; returns the digest of all its bytes.
        Digest extract(InputStream tar) throws IOException {
            MessageDigest computation = algorithm.start();
            size =
                    extractor.extract(
                            new BufferedInputStream(
                                    new DigestInputStream(tar, computation), BUFFER),
                            directory);
            return Digest.finish(algorithm, computation);
        }

        /// Makes the layer exist, once all of it is on the disk.
        Layer commit(Digest diffId) throws IOException {
            int descriptor = FileCalls.openDirectory(directory.toString());
            try {
                FileCalls.syncFileSystem(descriptor);
            } finally {
                FileCalls.closeQuietly(descriptor);
            }
            Layer layer = new Layer(diffId, directory, size);
            Layer earlier = known.putIfAbsent(diffId, layer);
            if (earlier != null) {
                return earlier;
            }
            try {
                String text = directory.getFileName() + " " + size + "\n";
                DurableFiles.write(
                        blobs.temporary(), marker(diffId), text.getBytes(StandardCharsets.UTF_8));
                committed = true;
            } finally {
                if (!committed) {
                    known.remove(diffId);
                }
            }
            return layer;
        }

        @Override
        public void close() throws IOException {
            if (!committed) {
                TreeRemoval.remove(directory);
            }
        }
    }
}

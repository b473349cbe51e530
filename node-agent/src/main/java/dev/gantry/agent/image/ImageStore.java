package dev.gantry.agent.image;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The images of this node: an OCI image layout (`blobs/`, `index.json`) and the layers unpacked
/// beside it. Safe for any number of threads; several pulls of one image share one download.
public final class ImageStore implements AutoCloseable {
    private final Path directory;

    private ImageStore(Path directory) {
        this.directory = directory;
    }

    /// Opens or makes the store and removes what a crash left half done.
    public static ImageStore open(Path directory) {
        return new ImageStore(directory);
    }

    /// The image of this name, digest (`name@sha256:...`) or id (`sha256:...`), when it is here whole.
    public Optional<Image> find(String reference) {
        if (directory.isAbsolute()) {
            throw absent();
        }
        return Optional.empty();
    }

    /// All images, by name.
    public List<ImageRecord> list() {
        if (directory.isAbsolute()) {
            throw absent();
        }
        return List.of();
    }

    /// Asks the registry for the image and fetches what is missing. Throws [PullException].
    public Image pull(String reference, RegistryCredentials credentials, ProgressListener listener)
            throws InterruptedException {
        if (directory.isAbsolute()) {
            throw absent();
        }
        throw absent();
    }

    /// Takes images from a docker-archive or OCI-layout tar, gzipped or not; one throws nothing away
    /// of the others. Throws [PullException].
    ///
    /// @param name for an image that the archive does not name; null: such an archive is refused
    public List<Image> load(InputStream tar, @Nullable String name, ProgressListener listener)
            throws InterruptedException {
        if (directory.isAbsolute()) {
            throw absent();
        }
        return List.of();
    }

    /// Removes a name; the content goes with its last name. Returns what went (names, then digests);
    /// empty when there was no such image.
    ///
    /// @param inUse tells of an image id whether a container runs from it: such content stays
    public List<String> remove(String reference, Predicate<Digest> inUse) {
        if (directory.isAbsolute()) {
            throw absent();
        }
        return List.of();
    }

    private static UnsupportedOperationException absent() {
        return new UnsupportedOperationException("the store follows its interface");
    }

    @Override
    public void close() {}
}

package dev.gantry.agent.image;

import dev.gantry.agent.image.ArchiveImages.Found;
import dev.gantry.agent.image.Json.JsonException;
import dev.gantry.agent.image.Manifests.Descriptor;
import dev.gantry.agent.image.Manifests.Platform;
import dev.gantry.agent.image.PullException.Reason;
import dev.gantry.agent.image.archive.LayerExtractor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The images of this node: an OCI image layout (`blobs/`, `index.json`) and the layers unpacked
/// beside it (`layers/`). Safe for any number of threads; several pulls of one image share one
/// download. Names change only when all that they need is on the disk, so a crash at any point
/// leaves nothing but files that [#open] removes.
public final class ImageStore implements AutoCloseable {
    private final BlobStore blobs;
    private final LayerStore layers;
    private final LayerInstaller installer;
    private final ImageCatalog catalog;
    private final LayerTasks tasks;
    private final ImageLimits limits;
    private final ImagePuller puller;
    private final Platform platform = Platform.host();
    // Pulls and loads hold it for reading: content that they count on must not go meanwhile.
    private final ReentrantReadWriteLock removal = new ReentrantReadWriteLock();
    private final Map<Digest, StoredImage> images = new LinkedHashMap<>();

    private ImageStore(Path directory, ImageLimits limits, RegistrySettings registries)
            throws IOException {
        this.limits = limits;
        this.blobs = new BlobStore(directory);
        this.layers =
                new LayerStore(
                        directory,
                        blobs,
                        new LayerExtractor(LayerExtractor.Whiteouts.OVERLAY, limits.layer()));
        this.installer = new LayerInstaller(blobs, layers);
        this.catalog = new ImageCatalog(directory, blobs);
        this.tasks = new LayerTasks(limits.layersAtOnce());
        this.puller = new ImagePuller(blobs, layers, installer, tasks, registries, platform);
    }

    /// Opens or makes the store and removes what a crash left half done. Throws `IOException` when
    /// the directory cannot be used.
    public static ImageStore open(Path directory, ImageLimits limits, RegistrySettings registries)
            throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        Files.createDirectories(absolute);
        ImageStore store = new ImageStore(absolute, limits, registries);
        store.recover();
        return store;
    }

    /// As above with the defaults.
    public static ImageStore open(Path directory) throws IOException {
        return open(directory, ImageLimits.DEFAULT, RegistrySettings.DEFAULT);
    }

    private void recover() throws IOException {
        blobs.recover();
        layers.recover();
        catalog.recover();
        for (Descriptor top : catalog.tops()) {
            try {
                images.put(top.digest(), StoredImage.read(blobs, top, platform));
            } catch (IOException | JsonException e) {
                // Its blobs were taken away by hand: a pull brings them back under the same name.
            }
        }
        collect();
    }

    /// The image of this name, digest (`name@sha256:...`) or id (`sha256:...`), when it is here
    /// whole.
    public Optional<Image> find(String reference) {
        if (reference.startsWith("sha256:")) {
            return byId(reference);
        }
        ImageReference name;
        try {
            name = ImageReference.parse(reference);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        synchronized (images) {
            for (Map.Entry<String, Descriptor> entry : catalog.names().entrySet()) {
                StoredImage image = images.get(entry.getValue().digest());
                if (image != null && isNamed(name, entry.getKey(), image)) {
                    return image.image(name, layers);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isNamed(ImageReference wanted, String name, StoredImage image) {
        Digest digest = wanted.digest();
        if (digest == null) {
            return name.equals(wanted.toString());
        }
        boolean sameDigest = digest.equals(image.top().digest()) || digest.equals(image.manifest());
        return sameDigest && ImageReference.parse(name).name().equals(wanted.name());
    }

    private Optional<Image> byId(String id) {
        synchronized (images) {
            for (StoredImage image : images.values()) {
                List<String> names = catalog.namesOf(image.top().digest());
                if (image.id().toString().equals(id) && !names.isEmpty()) {
                    return image.image(ImageReference.parse(names.getFirst()), layers);
                }
            }
        }
        return Optional.empty();
    }

    /// All images, by name; one without a name is still in use under an older one.
    public List<ImageRecord> list() {
        synchronized (images) {
            List<ImageRecord> records = new ArrayList<>();
            for (Descriptor top : catalog.tops()) {
                StoredImage image = images.get(top.digest());
                if (image != null) {
                    records.add(
                            new ImageRecord(
                                    catalog.namesOf(top.digest()),
                                    top.digest(),
                                    image.id(),
                                    image.size(layers),
                                    image.config().created()));
                }
            }
            return records;
        }
    }

    /// Asks the registry for the image and fetches what is missing. Throws [PullException].
    public Image pull(String reference, RegistryCredentials credentials, ProgressListener listener)
            throws InterruptedException {
        ImageReference name = parse(reference);
        removal.readLock().lockInterruptibly();
        try {
            Descriptor top = puller.pull(name, credentials, listener);
            return record(name, top);
        } finally {
            removal.readLock().unlock();
        }
    }

    private static ImageReference parse(String reference) {
        try {
            return ImageReference.parse(reference);
        } catch (IllegalArgumentException e) {
            throw new PullException(Reason.INVALID_NAME, String.valueOf(e.getMessage()), e);
        }
    }

    /// Gives an image whose content is all here its name.
    private Image record(ImageReference name, Descriptor top) {
        try {
            synchronized (images) {
                StoredImage image = StoredImage.read(blobs, top, platform);
                images.put(top.digest(), image);
                catalog.put(name.toString(), top);
                return image.image(name, layers).orElseThrow();
            }
        } catch (JsonException e) {
            throw Faults.of(name.toString(), e);
        } catch (IOException e) {
            throw Faults.of(name.toString(), e);
        }
    }

    /// Takes the images of a docker-archive or OCI-layout tar, compressed or not. All of them, or
    /// none: names are given when everything is unpacked. Throws [PullException].
    ///
    /// @param tar read to its end, not closed
    /// @param name for an image that the archive does not name; null: such an archive is refused
    public List<Image> load(InputStream tar, @Nullable String name, ProgressListener listener)
            throws InterruptedException {
        removal.readLock().lockInterruptibly();
        try (ArchiveSpool spool = new ArchiveSpool(blobs, limits.archiveBytesMax())) {
            spool.read(tar);
            List<Found> found = new ArchiveImages(spool, blobs, platform).find();
            Map<ImageReference, Descriptor> named = named(found, name);
            for (Map.Entry<ImageReference, Descriptor> entry : named.entrySet()) {
                unpack(entry.getKey().toString(), entry.getValue(), listener);
            }
            List<Image> loaded = new ArrayList<>();
            named.forEach((reference, top) -> loaded.add(record(reference, top)));
            return loaded;
        } catch (JsonException e) {
            throw Faults.of("the archive", e);
        } catch (IOException e) {
            throw Faults.of("the archive", e);
        } finally {
            removal.readLock().unlock();
        }
    }

    private static Map<ImageReference, Descriptor> named(List<Found> found, @Nullable String name) {
        Map<ImageReference, Descriptor> named = new LinkedHashMap<>();
        for (Found image : found) {
            image.names().forEach(text -> named.put(parse(text), image.top()));
            if (!image.names().isEmpty()) {
                continue;
            }
            if (name == null || name.isEmpty()) {
                throw new PullException(
                        Reason.UNUSABLE, "the archive: an image has no name; give one");
            }
            if (found.size() > 1) {
                throw new PullException(
                        Reason.UNUSABLE,
                        "the archive: one name does not do for " + found.size() + " images");
            }
            named.put(parse(name), image.top());
        }
        if (named.isEmpty()) {
            throw new PullException(Reason.UNUSABLE, "the archive: there is no image in it");
        }
        return named;
    }

    private void unpack(String name, Descriptor top, ProgressListener listener)
            throws InterruptedException, IOException {
        StoredImage image = StoredImage.read(blobs, top, platform);
        ProgressMeter meter = new ProgressMeter(name, listener);
        List<Digest> layerBlobs =
                image.blobs()
                        .subList(
                                image.blobs().size() - image.diffIds().size(),
                                image.blobs().size());
        long bytes = 0;
        for (Digest blob : layerBlobs) {
            bytes += Files.size(blobs.path(blob));
        }
        meter.start(bytes, layerBlobs.size());
        List<LayerTasks.Task> work = new ArrayList<>();
        for (int i = 0; i < layerBlobs.size(); i++) {
            Digest diffId = image.diffIds().get(i);
            Digest blob = layerBlobs.get(i);
            work.add(() -> {
                puller.unpackOnce(name, diffId, blob);
                meter.layerDone(Files.size(blobs.path(blob)));
            });
        }
        tasks.runAll(work);
        meter.present();
    }

    /// Removes a name; the content goes with its last name. Returns what went (names, then
    /// digests); empty when there was no such image.
    ///
    /// @param inUse tells of an image id whether a container runs from it: such content stays,
    ///   until [#prune]
    public List<String> remove(String reference, Predicate<Digest> inUse) {
        List<String> gone = new ArrayList<>();
        try {
            synchronized (images) {
                Optional<Image> image = find(reference);
                if (image.isEmpty()) {
                    return List.of();
                }
                gone.addAll(namesMeant(reference, image.get()));
                gone.forEach(catalog::removeName);
                catalog.save();
            }
            gone.addAll(prune(inUse));
            return gone;
        } catch (IOException e) {
            throw Faults.of(reference, e);
        }
    }

    private List<String> namesMeant(String reference, Image image) {
        if (!reference.startsWith("sha256:")) {
            ImageReference name = parse(reference);
            if (name.digest() == null) {
                return List.of(name.toString());
            }
        }
        return catalog.namesOf(image.digest());
    }

    /// Removes the images that have no name any more and that nobody uses. Returns their digests.
    /// While a pull or a load is under way it removes nothing: what they need might look unused.
    public List<String> prune(Predicate<Digest> inUse) {
        if (!removal.writeLock().tryLock()) {
            return List.of();
        }
        try {
            return pruneLocked(inUse);
        } catch (IOException e) {
            throw Faults.of("the image store", e);
        } finally {
            removal.writeLock().unlock();
        }
    }

    private List<String> pruneLocked(Predicate<Digest> inUse) throws IOException {
        synchronized (images) {
            List<String> gone = new ArrayList<>();
            for (Descriptor top : catalog.nameless()) {
                StoredImage image = images.get(top.digest());
                if (image == null || !inUse.test(image.id())) {
                    catalog.removeNameless(top.digest());
                    images.remove(top.digest());
                    gone.add(top.digest().toString());
                }
            }
            catalog.save();
            collect();
            return gone;
        }
    }

    /// Removes blobs and layers that no image of the catalog needs.
    private void collect() throws IOException {
        List<Digest> neededBlobs = new ArrayList<>();
        List<Digest> neededLayers = new ArrayList<>();
        for (StoredImage image : images.values()) {
            neededBlobs.addAll(image.blobs());
            neededLayers.addAll(image.diffIds());
        }
        for (Digest blob : blobs.all()) {
            if (!neededBlobs.contains(blob)) {
                blobs.remove(blob);
            }
        }
        for (Digest layer : layers.all()) {
            if (!neededLayers.contains(layer)) {
                layers.remove(layer);
            }
        }
    }

    /// Stops pulls that are under way.
    @Override
    public void close() {
        tasks.close();
    }
}

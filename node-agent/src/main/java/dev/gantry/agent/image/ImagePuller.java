package dev.gantry.agent.image;

import dev.gantry.agent.image.Json.JsonException;
import dev.gantry.agent.image.LayerStore.Layer;
import dev.gantry.agent.image.Manifests.Descriptor;
import dev.gantry.agent.image.Manifests.Document;
import dev.gantry.agent.image.Manifests.Index;
import dev.gantry.agent.image.Manifests.Manifest;
import dev.gantry.agent.image.Manifests.Platform;
import dev.gantry.agent.image.PullException.Reason;
import dev.gantry.agent.image.RegistryCredentials.Login;
import dev.gantry.agent.image.registry.RegistryConnection;
import dev.gantry.agent.image.registry.RegistryConnection.ManifestAnswer;
import dev.gantry.agent.image.registry.RegistryException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Brings what an image needs from its registry into the store.
final class ImagePuller {
    private static final int INDEX_DEPTH_MAX = 3;
    private static final int MISMATCHES_MAX = 2;

    private final BlobStore blobs;
    private final LayerStore layers;
    private final LayerInstaller installer;
    private final LayerTasks tasks;
    private final Registries registries;
    private final NodeLogins nodeLogins;
    private final Platform platform;
    private final SingleFlight<String, Layer> flights = new SingleFlight<>();

    ImagePuller(
            BlobStore blobs,
            LayerStore layers,
            LayerInstaller installer,
            LayerTasks tasks,
            RegistrySettings settings,
            Platform platform)
            throws IOException {
        this.blobs = blobs;
        this.layers = layers;
        this.installer = installer;
        this.tasks = tasks;
        this.registries = new Registries(settings);
        this.nodeLogins = new NodeLogins(settings.dockerConfig());
        this.platform = platform;
    }

    /// Returns what the name points to, once all of it is here.
    Descriptor pull(ImageReference name, RegistryCredentials credentials, ProgressListener listener)
            throws InterruptedException {
        ProgressMeter meter = new ProgressMeter(name.toString(), listener);
        meter.resolving();
        try {
            return pull(name, credentials, meter);
        } catch (JsonException e) {
            throw Faults.of(name.toString(), e);
        } catch (IOException e) {
            throw ofConnection(name.toString(), e);
        }
    }

    /// Tries the caller's logins, then the node's; nobody's when there is none.
    private Descriptor pull(
            ImageReference name, RegistryCredentials credentials, ProgressMeter meter)
            throws IOException, InterruptedException {
        @Nullable RegistryException refusal = null;
        for (Login login : credentials.loginsFor(name)) {
            try {
                return new Pull(name, registries.connect(name, login), meter).run();
            } catch (RegistryException e) {
                refusal = passed(e);
            }
        }
        NodeLogins.Found node = nodeLogins.find(name);
        List<Login> more = new ArrayList<>(node.logins());
        if (more.isEmpty() && refusal == null) {
            more.add(Login.NOBODY);
        }
        for (Login login : more) {
            try {
                return new Pull(name, registries.connect(name, login), meter).run();
            } catch (RegistryException e) {
                refusal = passed(e);
            }
        }
        String note = node.note().isEmpty() ? "" : " (" + node.note() + ")";
        throw new PullException(
                Reason.UNAUTHORIZED,
                name + ": " + (refusal == null ? "" : refusal.getMessage()) + note,
                refusal);
    }

    /// A refusal, after which another login may do; anything else ends the pull.
    private static RegistryException passed(RegistryException e) throws RegistryException {
        if (e.kind() != RegistryException.Kind.UNAUTHORIZED) {
            throw e;
        }
        return e;
    }

    /// What fails without a name of its own is the connection's trouble, unless the disk is full.
    private static PullException ofConnection(String image, IOException e) {
        boolean named = e instanceof RegistryException || Faults.isNoRoom(e);
        return named
                ? Faults.of(image, e)
                : new PullException(
                        Reason.UNAVAILABLE,
                        image + ": the registry cannot be used: " + e.getMessage(),
                        e);
    }

    /// Unpacks a blob of the store, unless that was done.
    void unpackOnce(String image, Digest diffId, Digest blob) throws InterruptedException {
        if (layers.find(diffId).isPresent()) {
            return;
        }
        flights.run(
                diffId + " " + blob,
                () -> {
                    Optional<Layer> meanwhile = layers.find(diffId);
                    return meanwhile.isPresent()
                            ? meanwhile.get()
                            : installer.fromStore(image, diffId, blob);
                });
    }

    private final class Pull {
        private final ImageReference name;
        private final RegistryConnection connection;
        private final ProgressMeter meter;

        Pull(ImageReference name, RegistryConnection connection, ProgressMeter meter) {
            this.name = name;
            this.connection = connection;
            this.meter = meter;
        }

        Descriptor run() throws IOException, InterruptedException {
            Descriptor top = fetchManifest(name.tagOrDigest(), name.digest(), "");
            Descriptor at = top;
            for (int depth = 0; depth <= INDEX_DEPTH_MAX; depth++) {
                byte[] bytes = blobs.read(at.digest(), Manifests.SIZE_MAX);
                Document document = Manifests.read(bytes, at.mediaType());
                switch (document) {
                    case Manifest manifest -> {
                        fetchContent(manifest);
                        return top;
                    }
                    case Index index -> {
                        at = StoredImage.choose(index, platform);
                        if (!blobs.has(at.digest())) {
                            fetchManifest(at.digest().toString(), at.digest(), at.mediaType());
                        }
                    }
                }
            }
            throw new JsonException("indexes are nested too deep", null);
        }

        private Descriptor fetchManifest(
                String reference, @Nullable Digest wanted, String mediaType)
                throws IOException, InterruptedException {
            ManifestAnswer answer = connection.manifest(reference, Manifests.SIZE_MAX);
            Digest.Algorithm algorithm =
                    wanted == null ? Digest.Algorithm.SHA256 : wanted.algorithm();
            Digest digest = digest(algorithm, answer.bytes());
            if (wanted != null && !digest.equals(wanted)) {
                throw mismatch("a manifest", digest, wanted);
            }
            String type = mediaType.isEmpty() ? answer.mediaType() : mediaType;
            // What cannot be read is refused before it is stored.
            Document document = Manifests.read(answer.bytes(), type);
            blobs.put(digest, answer.bytes());
            return new Descriptor(typeOf(document, type), digest, answer.bytes().length);
        }

        /// Registries that say `application/json` must not make the layout unreadable.
        private static String typeOf(Document document, String told) {
            if (told.endsWith(".v1+json") || told.endsWith(".v2+json")) {
                return told;
            }
            return switch (document) {
                case Manifest _ -> Manifests.OCI_MANIFEST;
                case Index _ -> Manifests.OCI_INDEX;
            };
        }

        private static Digest digest(Digest.Algorithm algorithm, byte[] bytes) {
            var computation = algorithm.start();
            computation.update(bytes);
            return Digest.finish(algorithm, computation);
        }

        private PullException mismatch(String what, Digest got, Digest wanted) {
            return new PullException(
                    Reason.MISMATCH,
                    name
                            + ": digest mismatch: the registry sent "
                            + what
                            + " with the digest "
                            + got
                            + " for "
                            + wanted);
        }

        private void fetchContent(Manifest manifest) throws IOException, InterruptedException {
            Descriptor config = manifest.config();
            if (!blobs.has(config.digest())) {
                fetchConfig(config);
            }
            ImageConfigReader.Parsed parsed =
                    ImageConfigReader.read(blobs.read(config.digest(), Manifests.SIZE_MAX));
            ImageConfig image = parsed.config();
            if (!platform.fits(image.os(), image.architecture())) {
                throw new JsonException(
                        "the image is for "
                                + image.os()
                                + "/"
                                + image.architecture()
                                + ", this node is "
                                + platform,
                        null);
            }
            List<Descriptor> wanted = manifest.layers();
            if (parsed.diffIds().size() != wanted.size()) {
                throw new JsonException(
                        "the manifest and the config disagree about the layers", null);
            }
            meter.start(wanted.stream().mapToLong(Descriptor::size).sum(), wanted.size());
            List<LayerTasks.Task> work = new ArrayList<>();
            for (int i = 0; i < wanted.size(); i++) {
                Descriptor layer = wanted.get(i);
                Digest diffId = parsed.diffIds().get(i);
                work.add(() -> fetchLayer(layer, diffId));
            }
            tasks.runAll(work);
            meter.present();
        }

        private void fetchConfig(Descriptor config) throws IOException, InterruptedException {
            if (config.size() > Manifests.SIZE_MAX) {
                throw new JsonException("the config is larger than 4 MiB", null);
            }
            try (InputStream in = connection.blob(config.digest().toString(), config.size())) {
                byte[] bytes = in.readNBytes((int) config.size());
                Digest got = digest(config.digest().algorithm(), bytes);
                if (!got.equals(config.digest())) {
                    throw mismatch("a config", got, config.digest());
                }
                blobs.put(config.digest(), bytes);
            }
        }

        private void fetchLayer(Descriptor layer, Digest diffId) throws InterruptedException {
            long[] counted = {0};
            if (layers.find(diffId).isEmpty()) {
                flights.run(
                        diffId + " " + layer.digest() + " " + name.name(),
                        () -> {
                            Optional<Layer> meanwhile = layers.find(diffId);
                            return meanwhile.isPresent()
                                    ? meanwhile.get()
                                    : install(layer, diffId, counted);
                        });
            }
            meter.layerDone(layer.size() - counted[0]);
        }

        private Layer install(Descriptor layer, Digest diffId, long[] counted)
                throws InterruptedException {
            if (blobs.has(layer.digest())) {
                return installer.fromStore(name.toString(), diffId, layer.digest());
            }
            for (int attempt = 1; ; attempt++) {
                try {
                    InputStream raw = connection.blob(layer.digest().toString(), layer.size());
                    return installer.fromStream(
                            name.toString(), diffId, layer.digest(), new Counted(raw, counted));
                } catch (PullException e) {
                    // Bytes can be damaged once on the way; twice they are wrong at the source.
                    if (e.reason() != Reason.MISMATCH || attempt >= MISMATCHES_MAX) {
                        throw e;
                    }
                } catch (IOException e) {
                    throw ofConnection(name.toString(), e);
                }
            }
        }

        private final class Counted extends FilterInputStream {
            private final long[] counted;

            Counted(InputStream in, long[] counted) {
                super(in);
                this.counted = counted;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                if (count > 0) {
                    counted[0] += count;
                    meter.bytes(count);
                }
                return count;
            }
        }
    }
}
